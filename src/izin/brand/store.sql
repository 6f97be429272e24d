-- owns: brand

-- name: put
-- Writes a brand, new or known; a new iys_code moves it to another provider.
-- $1 brand_code · $2 iys_code · $3 name · $4 is_master · $5 is_active · $6 version
insert into brand (brand_code, iys_code, name, is_master, is_active, changed_in)
values ($1, $2, $3, $4, $5, $6)
on conflict (brand_code) do update set
    iys_code = excluded.iys_code,
    name = excluded.name,
    is_master = excluded.is_master,
    is_active = excluded.is_active,
    changed_in = excluded.changed_in

-- name: changed
-- Brands changed after a version; -1 gives all.
-- $1 version bigint · gives rows in no order
select brand.brand_code, brand.iys_code, brand.name, brand.is_master, brand.is_active
from brand
where brand.changed_in > $1

-- name: figures
-- Consents by brand, as the projector keeps them: no count at read time.
-- $1 brand_ref uuid[n] · gives (brand_ref, approvals, rejections) of those that have any
-- index brand_figure_pkey · at most six rows a brand
select
    figure.brand_ref,
    sum(figure.approvals)::bigint as approvals,
    sum(figure.rejections)::bigint as rejections
from brand_figure as figure
where figure.brand_ref = any ($1::uuid[])
group by figure.brand_ref
