#!/bin/bash
# Searches the worlds of refresh.pml and budget.pml with Spin and tells for each whether the result is the expected one.
# Needs spin (6.5) and a C compiler: on Debian, apt-get install spin gcc. Takes about seven minutes and 4 GB; with the
# argument "quick", the largest searches are left out: about three minutes.
set -u
cd "$(dirname "$0")"
models=$PWD
model=$models/refresh.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

search() { # expected (holds | broken), what, defines …
  local expected=$1 what=$2
  shift 2
  cd "$work" || exit 2
  rm -rf ./*
  if ! spin -a "$@" "$model" > spin.out 2>&1 || ! gcc -O2 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=1024 -DMEMLIM=6000 -o pan pan.c; then
    cat spin.out
    exit 2
  fi
  local start=$SECONDS found states
  ./pan -E -m2000000 > pan.out 2>&1
  if grep -q 'errors: 0' pan.out && ! grep -q 'max search depth too small\|out of memory\|memory limit' pan.out; then
    found=holds
  elif grep -q 'assertion violated' pan.out; then
    found=broken
  else
    found=unknown
  fi
  states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' pan.out)
  [ "$found" = "$expected" ] || wrong=1
  printf '%-8s %-7s %9s states %4s s  %s\n' \
    "$([ "$found" = "$expected" ] && echo ok || echo WRONG)" "$found" "$states" "$((SECONDS - start))" "$what"
}

echo "Honest clients are never refused:"
search holds 'recipe: losses, delays, another order, a duplicate' -DRECIPE -DREFRESHES=3 -DSENDS=4
[ "${1:-}" = quick ] || search holds 'recipe: one more try, two duplicates' -DRECIPE -DREFRESHES=3 -DSENDS=5 -DDUPLICATES=2
search holds 'recipe without a grace' -DRECIPE -DNO_GRACE -DREFRESHES=3 -DSENDS=4
search holds 'recipe, and the store is rolled back while nothing is under way' -DRECIPE -DROLLBACK -DREFRESHES=3 -DSENDS=4
search holds 'two tabs that race, without keys' -DTABS -DNO_KEYS -DLOSSLESS -DREFRESHES=3
search holds 'two tabs that race, with keys' -DTABS -DLOSSLESS -DREFRESHES=3
echo "A thief is left with nothing, or nobody has anything:"
search holds 'a thief who copies the jar at any moment' -DTHIEF -DNO_GRACE -DREFRESHES=2 -DSENDS=3
[ "${1:-}" = quick ] || search holds 'the same, one more refresh' -DTHIEF -DNO_GRACE -DREFRESHES=3 -DSENDS=4
echo "Rules that are taken out are missed:"
search broken 'without 2a: two tabs that race' -DTABS -DNO_KEYS -DLOSSLESS -DREFRESHES=2 -DNO_2A
search broken 'without 3a: two tabs that race' -DTABS -DNO_KEYS -DLOSSLESS -DREFRESHES=2 -DNO_3A
search broken 'without 3b: a lost answer' -DRECIPE -DREFRESHES=2 -DSENDS=3 -DNO_3B
search broken 'without 3c: a late duplicate' -DRECIPE -DREFRESHES=3 -DSENDS=4 -DNO_3C
search broken 'without 4: the parent is answered for as long as it is the parent' -DTHIEF -DNO_GRACE -DREFRESHES=2 -DSENDS=3 -DNO_4
search broken 'without compare-and-set' -DRECIPE -DREFRESHES=2 -DSENDS=3 -DNO_CAS
search broken 'without asking again whether a copy was answered' -DRECIPE -DREFRESHES=3 -DSENDS=4 -DNO_RECHECK
search broken 'remembered keys asked for in 3c alone' -DRECIPE -DREFRESHES=3 -DSENDS=4 -DLITERAL
echo "What it does not promise:"
search broken 'a cookie that comes after its page gave up, and is kept' -DRECIPE -DLATE_COOKIE -DREFRESHES=2 -DSENDS=4
search broken 'the store is rolled back while a request is under way' -DRECIPE -DROLLBACK -DBUSY -DREFRESHES=2 -DSENDS=3
search broken 'the store is rolled back behind a thief who had rotated' -DTHIEF -DROLLBACK -DNO_GRACE -DREFRESHES=2 -DSENDS=3

model=$models/budget.pml
echo "Budgets are never overspent by more than the estimation error, and nothing is reserved for ever:"
search holds 'three parallel calls, lost and repeated settlements, dead nodes' -DCALLS=3
search holds 'the same, and the day ends' -DCALLS=3 -DWINDOW
search holds 'usage is saved by two nodes that may die' -DCALLS=2 -DFLUSH
[ "${1:-}" = quick ] || search holds 'the store loses everything' -DCALLS=2 -DEMPTIED
[ "${1:-}" = quick ] || search holds 'an administrator changes the budget' -DCALLS=2 -DRECOUNT
search holds 'the store fails over to a replica that is behind' -DCALLS=2 -DFAILOVER
search holds 'with exact estimates never by a token' -DCALLS=3 -DERROR=0 -DNO_BOUND
echo "Rules of budgets that are taken out are missed:"
search broken 'counted after the answer' -DNO_RESERVE
search broken 'looked at in one step, taken in another' -DTWO_STEPS
search broken 'the answer is not capped' -DNO_CAP
search broken 'one budget after the other' -DONE_BY_ONE
search broken 'a reservation that the driver repeats' -DNO_ID
search broken 'a settlement that is repeated' -DNO_ONCE
search broken 'what expires is given back' -DEXPIRY_FREES
search broken 'nothing expires' -DNO_EXPIRY
search broken 'a settlement corrects the next day' -DWINDOW -DANY_WINDOW
search broken 'an emptied store begins at zero' -DCALLS=2 -DEMPTIED -DNO_SEED
search broken 'a seed replaces what is counted' -DCALLS=2 -DRECOUNT -DLOWERING
search broken 'a seed from what was saved a while ago' -DCALLS=2 -DRECOUNT -DNO_SAVE
search broken 'usage is added up in the database' -DCALLS=2 -DFLUSH -DADDING
search broken 'the last writer of usage wins' -DCALLS=2 -DFLUSH -DNO_VERSION
echo "What budgets do not promise:"
search broken 'a prompt that is longer than estimated' -DNO_BOUND
search broken 'a failover that loses reservations' -DCALLS=2 -DFAILOVER -DERROR=0 -DNO_BOUND
search broken 'a lost store with usage that was not saved yet' -DCALLS=2 -DEMPTIED -DERROR=0 -DNO_BOUND
exit $wrong
