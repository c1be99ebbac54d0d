-- An account that is read soon after a neighbour has changed cleans up its page as long as less of that is free than the
-- fill factor leaves: of pages filled up to there, after every change. So a new account brings room that its first
-- change gives back; then a page is cleaned up once for about ten of them.
ALTER TABLE puhui.account ADD COLUMN reserve bytea;
ALTER TABLE puhui.account SET (fillfactor = 85);
