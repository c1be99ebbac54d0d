-- Titles are booked under the fence of their shard, so their numbers rise as they are booked, once no session takes some
-- ahead. Their time does not: the server's clock may be set back.
ALTER SEQUENCE puhui.account_entry_no CACHE 1;
