-- Her word on texts of the law on personal data may be taken back; what a company said of her goes
-- with it, and what is left is not kept for ever.
alter table via_request add column kvk_back_at timestamptz;
create index via_request_taken_back on via_request (kvk_back_at) where kvk_back_at is not null;
