-- no-transaction
-- consent_retailer_dealt answers what this one was made for.
drop index concurrently if exists consent_retailer_of;
