-- Citizens' accounts. What an account holds is sealed, and so is which account a tag leads to:
-- whoever reads the tables sees how many there are of either, and joins none.
create table citizen_account (
    account_id uuid primary key,          -- drawn, of no order
    body_sealed bytea not null            -- addresses with their labels; padded
);

-- an address, or whom the state's gateway names: the two are not told apart
create table account_holding (
    tag uuid primary key,                 -- keyed, in no other table
    account_sealed bytea not null
);

-- what somebody has said of a telephone number: since when it is hers. Forgotten after silence
create table number_word (
    tag uuid primary key,                 -- keyed, in no other table
    body_sealed bytea not null,
    forget_on date not null
);
create index number_word_by_age on number_word (forget_on);

-- that a number was said to be newly somebody's, and what was refused for it: evidence
create table number_claim (
    claim_part uuid primary key,          -- drawn, of no order
    body_sealed bytea not null,
    forget_on date not null
);
create index number_claim_by_age on number_claim (forget_on);

-- sessions are sealed under another key from here on: whoever is signed in signs in anew
delete from citizen_session;
