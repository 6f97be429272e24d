-- Loads were found again by the SHA-256 of their file, from which the rows of a small file can be
-- tried out. They are found by a keyed tag of it now; a file that was loaded before may be loaded
-- again, and every row that stands is recognised. A digest is longer, and refused.
delete from file_load;
alter table file_load add constraint file_hash_is_a_tag check (octet_length(file_hash) = 16);
