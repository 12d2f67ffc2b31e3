//! Sign-in, sessions, roles and invitations.
