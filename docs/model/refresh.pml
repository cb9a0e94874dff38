/*
 * The refresh protocol (docs/refresh-protocol.md), for Spin 6.5. run.sh says which worlds are searched.
 *
 * A token is a small number: its secret; genOf[] is the generation that its MAC vouches for. Two nodes look, decide and
 * commit; the network loses, delays, reorders and duplicates what lies in the two channels. Time is one flag: whether the
 * last rotation is younger than the grace.
 *
 * Worlds (one of them):
 *   RECIPE   one browser whose tabs take turns and keep their key until they are answered
 *   TABS     two tabs with one cookie jar and no lock, with NO_KEYS or without; what they ask is answered within the grace
 *   THIEF    the browser of RECIPE and somebody who copies its jar once
 * Circumstances:
 *   LATE_COOKIE   the jar takes a late answer's cookie although nobody waits for it any more
 *   ROLLBACK      the store is set back once to what it was before, while nothing is under way; with BUSY, at any time
 *   LOSSLESS      nothing is lost or duplicated (late and reordered all the same)
 *   NO_GRACE      jwt.refresh.grace.seconds=0
 * Rules taken out: NO_2A, NO_3A, NO_3B, NO_3C, NO_CAS, NO_RECHECK (whether a copy was answered meanwhile), and
 *   LITERAL       the protocol as first written: a remembered key is asked for in rule 3c alone
 *   NO_4          the usual cure: the parent is answered again for as long as it is the parent
 */

#ifndef REFRESHES
#define REFRESHES 3                  /* by each honest party */
#endif
#ifndef SENDS
#define SENDS 5                      /* by all of them, second tries included */
#endif
#ifndef DUPLICATES
#define DUPLICATES 1
#endif
#define TOKENS 12
#define KEYS 10
#define ROOM 3
#ifdef TABS
#define FULL_IS_LOSS false           /* that world has room for every answer */
#else
#define FULL_IS_LOSS true
#endif
#ifdef NO_GRACE
#define GRACE false
#else
#define GRACE true
#endif

mtype = { ROTATE, ITSELF, SUCCESSOR, SUPERSEDED, REUSED, INVALID, GIVEN, REFUSED };

/* the session record */
byte gen = 1; byte live = 1; byte prev = 0;
byte request = 0;                    /* key of the last rotation */
bool answered[120];                  /* [token * KEYS + key]; the code keeps the last 8 */
bool anyAnswered[KEYS];
bool young = false; bool ended = false;

byte tokens = 1;                     /* how many there are; the login made the first */
byte genOf[TOKENS] = 0;
byte childOf[TOKENS] = 0;            /* ghost */

/* the browser and the thief */
byte jar = 1;
byte keys = 0; byte sends = 0; byte waiting = 0; byte busy = 0;
byte loot = 0; bool thiefRotated = false;
bool rolledBack = false;

chan req = [ROOM] of { byte, byte, byte };        /* token, key, attempt */
chan ans = [ROOM] of { mtype, byte, byte };       /* what, token, attempt */

#define KNOWN(t, k) (k != 0 && answered[t * KEYS + k])

/* Is a request with this token and key answered with the token itself, with the successor, or as a late duplicate? */
#ifdef LITERAL
#define SAME_ITSELF(t, k)    false
#define SAME_SUCCESSOR(t, k) (k != 0 && k == request)
#define SAME_LATE(t, k)      (k != 0 && anyAnswered[k])
#else
#define SAME_ITSELF(t, k)    KNOWN(t, k)
#define SAME_SUCCESSOR(t, k) (KNOWN(t, k) || (k != 0 && k == request))
#define SAME_LATE(t, k)      KNOWN(t, k)
#endif

#ifdef NO_2A
#define RULE_2A(t, k) false
#else
#define RULE_2A(t, k) ((young && gen > 1) || SAME_ITSELF(t, k))
#endif
#ifdef NO_3A
#define RULE_3A false
#else
#define RULE_3A young
#endif
#ifdef NO_3B
#define RULE_3B(t, k) false
#else
#define RULE_3B(t, k) SAME_SUCCESSOR(t, k)
#endif
#ifdef NO_3C
#define RULE_3C(t, k) false
#else
#define RULE_3C(t, k) SAME_LATE(t, k)
#endif
#ifdef NO_4
#define RULE_3(t, k) true
#else
#define RULE_3(t, k) (RULE_3A || RULE_3B(t, k))
#endif

inline decide(t, k, rule) {
  if
  :: ended -> rule = INVALID                                             /* 0 */
  :: !ended && genOf[t] > gen -> rule = ROTATE                           /* 1 */
  :: !ended && genOf[t] == gen && t == live ->
     if
     :: RULE_2A(t, k) -> rule = ITSELF
     :: else -> rule = ROTATE                                            /* 2b */
     fi
  :: !ended && genOf[t] == gen && t != live -> rule = REUSED             /* 4: another line of a rolled-back store */
  :: !ended && genOf[t] < gen ->
     if
     :: t == prev && genOf[t] + 1 == gen && RULE_3(t, k) -> rule = SUCCESSOR
     :: !(t == prev && genOf[t] + 1 == gen && RULE_3(t, k)) && RULE_3C(t, k) -> rule = SUPERSEDED
     :: else -> rule = REUSED                                            /* 4 */
     fi
  fi
}

/* A copy of the same request may have been answered without a rotation since the look. */
#if defined(LITERAL) || defined(NO_RECHECK)
#define ANSWERED_MEANWHILE(t, k) false
#else
#define ANSWERED_MEANWHILE(t, k) (KNOWN(t, k) && genOf[t] == gen)
#endif

/* Compare-and-set on the generation that was looked at; done stays false when it has moved. */
#ifdef NO_CAS
#define HELD(seen) true
#else
#define HELD(seen) (gen == seen)
#endif

inline commit(t, k, seen, rule, what, given, done) {
  done = true; given = 0; what = REFUSED;
  if
  :: ended || rule == INVALID -> skip
  :: !ended && rule == REUSED -> ended = true
  :: !ended && rule == SUPERSEDED -> what = SUPERSEDED
  :: !ended && rule == ROTATE && HELD(seen) && !ANSWERED_MEANWHILE(t, k) ->
     assert(childOf[t] == 0 || rolledBack);          /* never two live successors of one token */
     tokens++;
     assert(tokens < TOKENS);
     genOf[tokens] = genOf[t] + 1; childOf[t] = tokens;
     gen = genOf[tokens]; prev = t; live = tokens; request = k; young = GRACE;
     remember(t, k);
     what = GIVEN; given = tokens
  :: !ended && rule == ITSELF && HELD(seen) -> remember(t, k); what = GIVEN; given = t
  :: !ended && rule == SUCCESSOR && HELD(seen) -> remember(t, k); what = GIVEN; given = live
  :: else -> done = false
  fi
}

inline remember(t, k) {
  if
  :: k != 0 -> answered[t * KEYS + k] = true; anyAnswered[k] = true
  :: else
  fi
}

proctype Node() {
  byte t, k, a, seen, given; mtype rule, what; bool done;
end:
  do
  :: atomic { req?t,k,a -> busy++; decide(t, k, rule); seen = gen }
look:
     atomic {
       commit(t, k, seen, rule, what, given, done);
       if
       :: !done -> decide(t, k, rule); seen = gen; goto look
       :: else ->
#ifndef THIEF
         /* without a thief nobody is ever taken for one, nor refused */
         assert(what != REFUSED);
#endif
         if
         :: nfull(ans) -> ans!what,given,a
         :: full(ans) -> assert(FULL_IS_LOSS)
         fi;
         t = 0; k = 0; a = 0; seen = 0; given = 0; done = false; busy--
       fi
     }
  od
}

proctype Network() {
  byte t, k, a, copies; mtype w;
end:
  do
  :: atomic { len(req) > 1 -> req?t,k,a; req!t,k,a; t = 0; k = 0; a = 0 }         /* another order */
#ifndef LOSSLESS
  :: atomic { nempty(req) -> req?_,_,_ }                                          /* lost */
  :: atomic { nempty(req) && nfull(req) && copies < DUPLICATES ->
       req?<t,k,a>; req!t,k,a; copies++; t = 0; k = 0; a = 0 }                     /* twice */
  :: atomic { nempty(ans) -> ans?w,t,a;
#ifdef LATE_COOKIE
       if :: w == GIVEN -> jar = t :: true fi;
#endif
       w = 0; t = 0; a = 0 }                                                      /* lost, or late */
#endif
  od
}

#ifdef TABS
#define GRACE_MAY_END (waiting == 0 && empty(req) && empty(ans))
#else
#define GRACE_MAY_END true
#endif

proctype Clock() {
end:
  do
  :: atomic { young && GRACE_MAY_END -> young = false }
  od
}

#ifdef BUSY
#define ROLLBACK_MAY true
#else
#define ROLLBACK_MAY (waiting == 0 && busy == 0 && empty(req) && empty(ans))
#endif

#ifdef ROLLBACK
proctype Rollback() {
  byte g, l, p, r;
  /* what it knew of answered keys goes too */
  bool was[120];
  byte i;
  atomic { true -> g = gen; l = live; p = prev; r = request;
    for (i : 0 .. 119) { was[i] = answered[i] } }
  atomic { !ended && gen > g && ROLLBACK_MAY -> gen = g; live = l; prev = p; request = r; young = false; rolledBack = true;
    for (i : 0 .. 119) { answered[i] = was[i] } }
}
#endif

/* Tabs that take turns are one: it keeps its key until it is answered, also over the death of a page. */
proctype Browser() {
  byte k, a, t, n;
  do
  :: n < REFRESHES && sends < SENDS ->
     atomic { n++; keys++; k = keys };
again:
     atomic { sends++; a = sends; waiting = 1; req!jar,k,a }
     do
     :: atomic { ans??GIVEN,t,eval(a) -> jar = t; t = 0;
#ifdef THIEF
          /* once the honest client is answered outside the grace, the thief holds nothing, or nobody does */
          assert(young || ended || loot != live || !thiefRotated);
#endif
        } break
     :: atomic { ans??SUPERSEDED,_,eval(a) ->
          if
          :: sends < SENDS -> keys++; k = keys
          :: else -> goto stop
          fi }
        goto again
     :: ans??REFUSED,_,eval(a) -> goto stop
     :: sends < SENDS -> goto again                                               /* gives up waiting */
     od
  :: else -> break
  od;
stop: skip
}

proctype Tab() {
  byte k, a, t, n;
  do
  :: n < REFRESHES ->
     atomic { n++;
#ifndef NO_KEYS
       keys++; k = keys;
#endif
       sends++; a = sends; waiting++ }
     req!jar,k,a;
     atomic { ans??GIVEN,t,eval(a) -> jar = t; t = 0; waiting-- }
  :: else -> break
  od
}

#ifdef OUTSIDE_GRACE
#define THIEF_MAY (!young)
#else
#define THIEF_MAY true
#endif

#ifdef THIEF
proctype Thief() {
  byte n, t, k, seen, given; mtype rule, what; bool done;
  atomic { true -> loot = jar }
  do
  :: n < 3 ->
     atomic {
       THIEF_MAY -> n++; t = loot; keys++; k = keys; decide(t, k, rule); seen = gen;
       commit(t, k, seen, rule, what, given, done);
       if
       :: what == GIVEN -> loot = given; thiefRotated = thiefRotated || rule == ROTATE
       :: else -> loot = 0                       /* refused; REUSED has ended the session */
       fi;
       t = 0; k = 0; seen = 0; given = 0; done = false
     }
     if :: loot == 0 -> break :: else fi
  :: break
  od
}
#endif

init {
  atomic {
    genOf[1] = 1;
    run Node(); run Node(); run Network(); run Clock();
#ifdef ROLLBACK
    run Rollback();
#endif
#ifdef TABS
    run Tab(); run Tab();
#else
    run Browser();
#endif
#ifdef THIEF
    run Thief();
#endif
  }
}
