/*
 * Budgets (docs/budgets.md), for Spin 6.5. run.sh says which worlds are searched.
 *
 * CALLS parallel calls of an account with a budget of tokens (OF_ALL), the first with an access token, the others with an API
 * key that has a budget of its own (OF_KEY). A prompt is estimated at one token and takes up to ERROR more; an answer takes up to what was granted. The node of a call
 * may die at any moment after the reservation; a settlement may be lost or sent twice; a reservation may expire once its
 * call is over. Two flushers write usage to the database and may die between any two steps.
 *
 * Circumstances:
 *   WINDOW     the day ends once, at any moment
 *   FAILOVER   the store is set back once to what a replica had
 *   EMPTIED    the store loses everything once
 *   RECOUNT    an administrator changes the budget once, so that the store forgets the counters
 * Rules taken out:
 *   NO_RESERVE     counted after the answer, as most gateways do
 *   TWO_STEPS      looked at in one step, taken in another
 *   NO_CAP         an answer may take what it asks for, if anything is left
 *   ONE_BY_ONE     the second budget refuses after the first one was taken from
 *   NO_ID          the driver's second copy of a reservation takes again
 *   NO_ONCE        a settlement does not end its reservation
 *   EXPIRY_FREES   what expires is given back
 *   NO_EXPIRY      what nobody settles stays open
 *   ANY_WINDOW     a settlement corrects the window that it meets
 *   NO_SEED        counters that are missing begin at zero
 *   LOWERING       a seed replaces what the store counts
 *   NO_SAVE        a seed reads the database without saving usage first
 *   ADDING         usage is added to the database
 *   NO_VERSION     the last writer wins there
 *   NO_BOUND       (a wish, not a rule) no estimation error, nothing lost by a failover
 */

#ifndef CALLS
#define CALLS 3
#endif
#define OF_ALL 6
#define OF_KEY 4
#define ASKED 3
#ifndef ERROR
#define ERROR 1
#endif

#define MIN(a, b) ((a) < (b) -> (a) : (b))
#define ROOM(i) (i == 0 -> OF_ALL - used[0] : MIN(OF_ALL - used[0], OF_KEY - used[1]))
#define ADD(sums, i, more) sums[0] = sums[0] + more; sums[1] = sums[1] + (i == 0 -> 0 : more)

/* the store: counters of the account [0] and of the key [1] */
short used[2];
bool known = true;               /* whether it has counters at all */
byte counted = 0;                /* the window that they are of */
byte window = 0;                 /* by its clock */
bool open[CALLS];                /* reservations that can be settled: what they took, and in which window */
short took[CALLS];
byte at[CALLS];
short book[2]; byte version; bool due; /* usage of this generation: all of it, and the key's */
byte generation = 0;

/* the database, by generation */
short saved[2]; short savedOfKey[2]; byte savedVersion[2];

/* ghosts */
bool over[CALLS];
bool corrected[CALLS];           /* the counters have what was really used */
short real[CALLS];
typedef Pair { short n[2] };
Pair spent[2];                   /* by the upstream, in each window */
Pair wrong[2];                   /* by how much prompts were estimated too low */
short lost;                      /* what the store has forgotten and the database does not have */

#ifdef NO_BOUND
#define WITHIN(b, limit, w) (spent[w].n[b] <= limit)
#else
#define WITHIN(b, limit, w) (spent[w].n[b] <= limit + wrong[w].n[b] + lost)
#endif

inline turn() {
  if
  :: counted < window -> counted = window; used[0] = 0; used[1] = 0
  :: else
  fi
}

inline take(i) {
  ADD(used, i, took[i]);
  at[i] = counted; open[i] = true;
  ADD(book, i, took[i]); version++; due = true
}

/* Replaces what call i took by `value`; nothing if it is not open. */
inline settle(i, value) {
#ifdef NO_ONCE
  if
  :: true ->
#else
  if
  :: open[i] -> open[i] = false;
#endif
     if
#ifdef ANY_WINDOW
     :: known ->
#else
     :: known && counted == at[i] ->
#endif
        ADD(used, i, value - took[i])
     :: else
     fi;
     ADD(book, i, value - took[i]); version++; due = true;
     corrected[i] = true
  :: else
  fi
}

proctype Call(byte i) {
  short room, sum, ofKey; byte prompt, answer;
again:
  atomic {
    if
    :: !known ->
#ifdef NO_SEED
       used[0] = 0; used[1] = 0; known = true
#else
#ifndef NO_SAVE
       saved[generation] = book[0]; savedOfKey[generation] = book[1]; savedVersion[generation] = version;
#endif
       sum = saved[0] + saved[1]; ofKey = savedOfKey[0] + savedOfKey[1];
       goto seed
#endif
    :: known
    fi;
    turn();
    room = ROOM(i);
#ifdef TWO_STEPS
  }
  atomic {
#endif
#ifdef ONE_BY_ONE
    if
    :: OF_ALL - used[0] >= 2 && room < 2 -> used[0] = used[0] + 2
    :: else
    fi;
#endif
    if
#ifdef NO_RESERVE
    :: room >= 1 -> answer = ASKED; took[i] = 0
#else
    :: room >= 2 ->
#ifdef NO_CAP
       answer = ASKED;
#else
       answer = MIN(ASKED, room - 1);
#endif
       took[i] = 1 + answer
#endif
    :: else -> over[i] = true; goto stop
    fi;
    take(i);
    if                                             /* the driver sends it twice */
    :: true
#ifdef NO_ID
    :: true -> ADD(used, i, took[i])
#endif
    fi
  }
  if
  :: atomic { true ->                              /* the upstream works, whether its answer arrives or not */
       if :: prompt = 1 :: prompt = 1 + ERROR fi;
       if :: answer > 0 -> answer = 0 :: answer > 1 -> answer = 1 :: true fi;
       real[i] = prompt + answer;
       ADD(spent[at[i]].n, i, real[i]); ADD(wrong[at[i]].n, i, prompt - 1);
       /* never below zero by more than the estimation error */
       assert(WITHIN(0, OF_ALL, at[i]) && WITHIN(1, OF_KEY, at[i]))
     }
  :: true                                          /* it is never reached */
  fi;
  if
  :: atomic { true -> settle(i, real[i]) }
  :: atomic { true -> settle(i, real[i]) }; atomic { true -> settle(i, real[i]) }      /* sent twice */
  :: true                                          /* lost, or its node has died */
  fi;
  over[i] = true;
  goto stop;
seed:
  atomic {
#ifdef LOWERING
    used[0] = sum; used[1] = ofKey; known = true;
#else
    if
    :: !known -> used[0] = sum; used[1] = ofKey; known = true
    :: else
    fi;
#endif
    sum = 0; ofKey = 0
  }
  goto again;
stop: skip
}

#ifndef NO_EXPIRY
inline expire(i) {
  open[i] = false;
#ifdef EXPIRY_FREES
  ADD(used, i, -took[i]); ADD(book, i, -took[i]); version++; due = true
#endif
}

proctype Expiry() {
end:
  do
  :: atomic { over[0] && open[0] -> expire(0) }
  :: atomic { over[1] && open[1] -> expire(1) }
#if CALLS > 2
  :: atomic { over[2] && open[2] -> expire(2) }
#endif
  od
}
#endif

#if defined(EMPTIED) || defined(RECOUNT) || defined(FLUSH)
proctype Flusher() {
  short seen, ofKey; byte v, g;
end:
  do
  :: atomic { due -> seen = book[0]; ofKey = book[1]; v = version; g = generation }
     atomic {
       if
#ifdef ADDING
       :: true -> saved[g] = saved[g] + seen; savedOfKey[g] = savedOfKey[g] + ofKey
#else
#ifdef NO_VERSION
       :: true -> saved[g] = seen; savedOfKey[g] = ofKey; savedVersion[g] = v
#else
       :: v > savedVersion[g] -> saved[g] = seen; savedOfKey[g] = ofKey; savedVersion[g] = v
#endif
       :: else
#endif
       fi }
     atomic {
       if
       :: v == version && g == generation -> due = false
       :: true                                     /* dies before it tells the store */
       fi;
       seen = 0; ofKey = 0; v = 0; g = 0 }
  od
}
#endif

#ifdef WINDOW
proctype Midnight() { window = 1 }
#endif

#ifdef RECOUNT
proctype Administrator() { known = false }
#endif

#ifdef EMPTIED
proctype Loss() {
  byte i;
  atomic {
    lost = (book[0] > saved[0] -> book[0] - saved[0] : 0);
    known = false; used[0] = 0; used[1] = 0; generation = 1; book[0] = 0; book[1] = 0; version = 0; due = false;
    for (i : 0 .. CALLS - 1) { open[i] = false }
  }
}
#endif

#ifdef FAILOVER
proctype Failover() {
  short u, k; byte v, i; bool o[CALLS];
  atomic { u = used[0]; k = used[1]; v = version; for (i : 0 .. CALLS - 1) { o[i] = open[i] } }
  atomic {
    /* the replica had not received calls reserved since, nor what settlements took beyond their reservation */
    for (i : 0 .. CALLS - 1) {
      lost = lost + (took[i] > 0 && open[i] != o[i] && !o[i] -> took[i] : 0)
    }
    lost = lost + (used[0] > u -> used[0] - u : 0);
    used[0] = u; used[1] = k; version = v;
    for (i : 0 .. CALLS - 1) { open[i] = o[i]; corrected[i] = corrected[i] && !o[i] }
  }
}
#endif

proctype Books() {
  byte i; Pair sum[2];
  timeout ->
  atomic {
    for (i : 0 .. CALLS - 1) {
      assert(!open[i]);                            /* nothing is reserved for ever */
      if
      :: corrected[i] -> ADD(sum[at[i]].n, i, real[i])
      :: else -> ADD(sum[at[i]].n, i, took[i])    /* or nothing, when it was refused */
      fi
    }
#if !defined(EMPTIED) && !defined(FAILOVER) && !defined(RECOUNT)
    assert(used[0] == sum[counted].n[0] && used[1] == sum[counted].n[1]);
    assert(book[0] == sum[0].n[0] + sum[1].n[0]);
#endif
#if defined(FLUSH) || defined(RECOUNT)
    assert(!due && saved[0] == book[0])               /* once and not twice */
#endif
  }
}

init {
  byte i;
  atomic {
    for (i : 0 .. CALLS - 1) { run Call(i) }
    run Books();
#ifndef NO_EXPIRY
    run Expiry();
#endif
#if defined(EMPTIED) || defined(RECOUNT) || defined(FLUSH)
    run Flusher(); run Flusher();
#endif
#ifdef WINDOW
    run Midnight();
#endif
#ifdef RECOUNT
    run Administrator();
#endif
#ifdef EMPTIED
    run Loss();
#endif
#ifdef FAILOVER
    run Failover();
#endif
  }
}
