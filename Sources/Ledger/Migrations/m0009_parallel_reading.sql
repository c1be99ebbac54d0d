-- It catches what is no UTF-8, and no subtransaction begins in a parallel query: reading rejections failed on a ledger
-- that is large enough for one.
ALTER FUNCTION puhui.payload_text(bytea) PARALLEL UNSAFE;
