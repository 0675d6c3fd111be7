# guard.sh GRACE PROGRAM WORD…: runs the program until it ends by itself, or until the pipe on stdin closes; then it gets
# SIGTERM, and SIGKILL after GRACE seconds. Ends as the program ended.
exec 3<&0
grace=$1; shift
"$@" </dev/null 3<&- &
program=$!
exec 2>/dev/null
(
  while read -r _ <&3; do :; done
  kill -TERM $program
  waited=0
  while [ $waited -lt $grace ] && kill -0 $program; do sleep 1; waited=$((waited + 1)); done
  kill -KILL $program
) >/dev/null &
watch=$!
exec 3<&-
trap : TERM INT HUP
while :; do
  wait $program
  status=$?
  kill -0 $program || break
done
kill $watch
[ $status -gt 128 ] && trap - TERM && kill -KILL $$
exit $status
