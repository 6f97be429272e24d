-- no-transaction
-- How many consents a dealer may use. The table is large: it is built while all goes on. By an
-- expression, so that only the statement that counts comes this way: a plain column would draw others.
create index concurrently if not exists consent_retailer_of
    on consent_retailer (encode(retailer_siv, 'hex')) include (retailer_siv);
