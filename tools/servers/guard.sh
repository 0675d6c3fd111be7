# guard.sh GRACE PROGRAM WORD…: becomes the program. A watcher reads fd 3, a pipe from the parent. A line means that the
# program has ended. The end of the pipe means that the parent has died: the watcher then sends SIGTERM to the program,
# waits for its end, at most GRACE seconds, and sends SIGKILL to what is left of its process group.
grace=$1; shift
(
  trap '' TERM INT HUP
  read -r _ <&3 && exit
  kill -s TERM $$
  while [ "$grace" -gt 0 ] && kill -0 $$; do sleep 1; grace=$((grace - 1)); done
  kill -s KILL -- -$$
) >/dev/null 2>&1 &
exec "$@" 3<&-
