-- no-transaction
-- retailer_without_tag answers what this one was made for.
drop index concurrently if exists retailer_untagged;
