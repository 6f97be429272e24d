-- no-transaction
-- The consents that a dealer took, in the order of their tags. The table is large: the index is built
-- while all goes on. By expressions only: a plain column in it would draw other statements.
create index concurrently if not exists provider_consent_taken
    on provider_consent (encode(retailer_siv, 'hex'), uuid_send(tag))
    where retailer_siv is not null;
