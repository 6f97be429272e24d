-- Of names with letters that only the rules fold (é, ø, …), 0017 made keys that the rules do not make:
-- they have none until they are written again. And a company's dealers are found whatever they are.
update brand set name_key = null
where translate(name, 'İIıŞşĞğÜüÖöÇçÂâÎîÛû', 'iiissgguuooccaaiiuu') ~ '[^\x01-\x7f]';

create index retailer_of_company on retailer (iys_code);
