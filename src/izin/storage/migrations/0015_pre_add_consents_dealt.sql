-- no-transaction
-- The consents that a dealer may use besides, in the same order and for the same reasons.
create index concurrently if not exists consent_retailer_dealt
    on consent_retailer (encode(retailer_siv, 'hex'), uuid_send(tag))
    include (retailer_siv, brand_ref, channel, recipient_type, tag, bucket);
