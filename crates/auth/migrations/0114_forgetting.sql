-- What is too old is found by its age alone.
CREATE INDEX sign_in_failure_at ON sign_in_failure (at);
CREATE INDEX invitation_failure_at ON invitation_failure (at);
CREATE INDEX ticket_expires_at ON ticket (expires_at);
