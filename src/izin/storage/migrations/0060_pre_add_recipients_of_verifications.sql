-- She finds what she confirmed by the company's own tag of her address; of what was begun before this
-- no tag was made, and it is found by nobody.
alter table pass_request add column recipient_tag uuid;
create index pass_request_of on pass_request (iys_code, recipient_tag, started_at)
    where recipient_tag is not null;
