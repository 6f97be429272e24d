-- Who stands for a twin is tagged too, or he could be entered once more when the other one is gone.
create index retailer_without_tag on retailer (retailer_code)
    where person_tag is null and person_sealed is not null;
