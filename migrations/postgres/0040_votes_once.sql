-- A person's vote counts once, whether they cast it themselves or a colleague in their place.
create unique index votes_once on votes (approval_id, (coalesce(on_behalf_of, person_id)));
