-- owns: shortcode_question

-- name: ask
-- One question a telephone: a new one takes the place of the last.
-- $1 sender_tag · $2 asked_sealed · $3 forget_after · index shortcode_question_pkey · locks its row
insert into shortcode_question (sender_tag, asked_sealed, forget_after)
values ($1::uuid, $2::bytea, $3::timestamptz)
on conflict (sender_tag) do update set
    asked_sealed = excluded.asked_sealed,
    forget_after = excluded.forget_after

-- name: take
-- What was asked; it is gone with that. $1 sender_tag · index shortcode_question_pkey
delete from shortcode_question
where sender_tag = $1::uuid
returning asked_sealed

-- name: drop_old
-- A bounded bite. $1 now · $2 rows at most · gives how many went · index shortcode_question_age
delete from shortcode_question
where sender_tag in (
    select old.sender_tag
    from shortcode_question as old
    where old.forget_after < $1::timestamptz
    order by old.forget_after
    limit $2::integer
)
