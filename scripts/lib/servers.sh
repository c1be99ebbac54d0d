# shellcheck shell=bash
# How each of the two servers of scripts/stack is configured and launched. Sourced by it, with its variables: the folder
# (dir), PostgreSQL's programs, and the prefix that runs a command as the servers' account.
# shellcheck disable=SC2154

# Redis. Its files are named relative to its folder: no path needs quoting.

configure_redis() {
  cat >"$dir/redis.conf" <<CONF
bind 127.0.0.1
port $(port_of redis)
protected-mode yes
unixsocket $(sockets)/redis.sock
unixsocketperm 700
pidfile redis.pid
# Durable before it is acknowledged; full before it forgets.
appendonly yes
appendfsync always
maxmemory-policy noeviction
# The AOF is the only copy. What stands in the lists comes and goes: rewritten at every 64 MB, a backlog is copied again
# and again; 512 MB are read back in seconds.
save ""
auto-aof-rewrite-min-size 512mb
CONF
}

launch_redis() {
  cd redis || exit
  exec "${account[@]}" setsid redis-server ../redis.conf
}

# PostgreSQL.

# The data folder gets its name when it is complete: an initdb that was interrupted is begun again.
create_cluster() {
  if [[ -d $dir/postgres ]]; then return; fi
  rm -rf "$dir/postgres.new"
  make_part postgres.new
  (cd "$dir" && "${account[@]}" "$programs/initdb" --pgdata=postgres.new --username=postgres \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8) >"$dir/initdb.log" 2>&1 || {
    tail -n 15 "$dir/initdb.log" >&2
    fail 1 "initdb failed; the lines above are the end of $dir/initdb.log"
  }
  mv "$dir/postgres.new" "$dir/postgres"
}

# share_of_memory PERCENT: of the machine's, in MB; of the container's where that is less.
share_of_memory() {
  awk -v percent="$1" '/^MemTotal:/ { kilobytes = $2 } /^[0-9]+$/ && $1 / 1024 < kilobytes { kilobytes = $1 / 1024 }
    END { printf "%d\n", kilobytes / 1024 * percent / 100 }' /proc/meminfo \
    "$(if [[ -r /sys/fs/cgroup/memory.max ]]; then echo /sys/fs/cgroup/memory.max; else echo /dev/null; fi)"
}

# share_of_disk: how much WAL may lie between two checkpoints, in GB: an eighth of what is free, from 1 to 8: after a
# crash a GB takes 13 s to be read again.
share_of_disk() {
  df --output=avail --block-size=1G "$dir" | awk 'END { size = int($1 / 8); printf "%d\n", (size < 1 ? 1 : size > 8 ? 8 : size) }'
}

configure_postgres() {
  local pid
  # PostgreSQL believes its old number file if any process of the same user has that number today.
  pid=$("${account[@]}" head -n 1 "$dir/postgres/postmaster.pid" 2>/dev/null) || pid=''
  if [[ -n $pid && -d /proc/$pid ]]; then "${account[@]}" rm -f "$dir/postgres/postmaster.pid"; fi
  "${account[@]}" tee "$dir/postgres/postgresql.conf" >/dev/null <<CONF
cluster_name = 'puhui'
listen_addresses = '127.0.0.1'
port = $(port_of postgres)
unix_socket_directories = '$(sockets)'
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
# Durable before it is acknowledged.
fsync = on
synchronous_commit = on
full_page_writes = on
# Much is written, and page images after a checkpoint are most of it: few checkpoints, compressed images.
max_wal_size = $(share_of_disk)GB
min_wal_size = 1GB
checkpoint_timeout = 30min
wal_compression = lz4
# Keys and accounts are looked up all over their indexes: what is not here costs a system call a page.
shared_buffers = $(share_of_memory 25)MB
effective_cache_size = $(share_of_memory 60)MB
random_page_cost = 1.1
autovacuum = on
jit = off
CONF
}

launch_postgres() {
  exec "${account[@]}" setsid "$programs/postgres" -D postgres
}

# The fleet's role owns the database and nothing else. Its password is for clients that cannot use the socket.
create_database() {
  local password
  if [[ ! -s $dir/pgpass ]]; then
    password=$(od -A n -N 16 -t x1 /dev/urandom | tr -d ' \n')
    (umask 077 && printf '127.0.0.1:*:puhui:puhui:%s\n' "$password" >"$dir/pgpass")
  fi
  password=$(cut -d : -f 5 "$dir/pgpass")
  "$programs/psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host="$(sockets)" --port="$(port_of postgres)" \
    --username=postgres --dbname=postgres <<SQL
SELECT 'CREATE ROLE puhui LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'puhui') \gexec
ALTER ROLE puhui PASSWORD '$password';
SELECT 'CREATE DATABASE puhui OWNER puhui' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'puhui') \gexec
SQL
}
