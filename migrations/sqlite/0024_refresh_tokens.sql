-- Clients to which a person opened a run get its next token by a refresh token (OAuth 2.1 section 4.3).

create table refresh_tokens (
    token_hash text primary key,                    -- SHA-256; the refresh token is kept nowhere
    run_id     text not null references runs (id),
    beside     text not null                        -- SHA-256 of the token that came with it: worth something while that is the run's
) strict;
