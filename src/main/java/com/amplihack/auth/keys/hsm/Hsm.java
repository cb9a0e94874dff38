package com.amplihack.auth.keys.hsm;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.nimbusds.jose.JOSEException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.Provider;
import java.security.ProviderException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The HSM, asked by a bounded number of threads: once it has failed everybody is refused at once until {@link #look} has
 * opened it anew, and one that hangs keeps no more threads than have a turn.
 */
final class Hsm {
    private static final Logger LOG = Logger.getLogger(Hsm.class.getName());

    private static final int TURNS = 32;
    private static final Duration LONGEST_WAIT_FOR_A_TURN = Duration.ofSeconds(1);
    private static final Duration LONGEST_SILENCE_AT_WORK = Duration.ofMinutes(1); // it may make a key of 4096 bits
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final KeySettings.Hsm settings;
    private final Semaphore turns = new Semaphore(TURNS);
    private final AtomicReference<HsmSession> session; // null while it does not answer
    private final Provider provider;
    private final Duration patience;
    private volatile long lastSuccess = System.nanoTime();
    private volatile long lastSign = System.nanoTime(); // of life: something came back, or was begun while nothing was
    private volatile Optional<String> fault = Optional.empty();

    /** Each opening costs the JDK a thread that it never ends: one that fails at once again is not repeated often. */
    private Duration pause = FIRST_PAUSE;

    private long notBefore = System.nanoTime();
    private boolean wrongPin;

    /** @throws InvalidSettingException with the sentence for the operator */
    Hsm(KeySettings.Hsm settings) {
        this(settings, LONGEST_SILENCE_AT_WORK);
    }

    /** @param patience how long it may do nothing of what it was asked for until it counts as hanging */
    Hsm(KeySettings.Hsm settings, Duration patience) {
        this.settings = settings;
        this.patience = patience;
        HsmSession first = HsmSession.open(settings);
        session = new AtomicReference<>(first);
        provider = first.provider();
    }

    /** What signs: one like it, after the HSM was opened anew. */
    Provider provider() {
        return provider;
    }

    /** What is done with it. */
    @FunctionalInterface
    interface Use<T> {
        T with(HsmSession session) throws GeneralSecurityException, JOSEException, IOException;
    }

    <T> T use(Use<T> use) throws HsmUnavailableException {
        HsmSession current = session.get();
        if (current == null) {
            throw new HsmUnavailableException("the HSM has failed before");
        }
        if (hangs()) {
            throw new HsmUnavailableException(silent());
        }
        takeTurn();
        try {
            T result = use.with(current);
            lastSuccess = System.nanoTime();
            fault = Optional.empty();
            return result;
        } catch (HsmUnavailableException missing) {
            blame(missing);
            throw missing;
        } catch (InvalidAlgorithmParameterException refused) { // such as a size that it does not know: it answers well
            HsmUnavailableException no = new HsmUnavailableException("the HSM refuses: " + refused.getMessage());
            blame(no);
            throw no;
        } catch (GeneralSecurityException | JOSEException | IOException | ProviderException failed) {
            HsmUnavailableException away =
                    new HsmUnavailableException("the HSM does not answer (" + HsmFault.reason(failed) + ")");
            lose(current, away, failed);
            throw away;
        } finally {
            lastSign = System.nanoTime();
            turns.release();
        }
    }

    /** Why the last thing that was asked of it failed, if it did. */
    Optional<String> fault() {
        return hangs() ? Optional.of(silent()) : fault;
    }

    private boolean hangs() {
        return turns.availablePermits() < TURNS && System.nanoTime() - lastSign > patience.toNanos();
    }

    private String silent() {
        return "the HSM has not answered for "
                + Duration.ofNanos(System.nanoTime() - lastSign).toSeconds() + " s";
    }

    /** How long ago it last did what it was asked for. */
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - lastSuccess);
    }

    /** Opens it anew if it has failed. A PIN that was refused is not tried again: some few wrong ones lock a token. */
    synchronized void look() {
        if (silence().compareTo(LONGEST_PAUSE) < 0 && fault.isEmpty()) {
            pause = FIRST_PAUSE;
        }
        if (session.get() != null || wrongPin || System.nanoTime() - notBefore < 0) {
            return;
        }
        notBefore = System.nanoTime() + pause.toNanos();
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        try {
            session.set(HsmSession.open(settings));
            LOG.info("The HSM was opened anew");
        } catch (InvalidSettingException still) {
            wrongPin = HsmFault.isAboutThePin(still);
            String more = wrongPin ? "; no other try is made: correct it and restart" : "";
            fault = Optional.of(still.getMessage() + more);
            LOG.log(wrongPin ? Level.SEVERE : Level.FINE, still.getMessage() + more);
        }
    }

    void close() {
        Optional.ofNullable(session.getAndSet(null)).ifPresent(HsmSession::close);
    }

    private void takeTurn() throws HsmUnavailableException {
        try {
            if (turns.tryAcquire(LONGEST_WAIT_FOR_A_TURN.toMillis(), TimeUnit.MILLISECONDS)) {
                if (turns.availablePermits() == TURNS - 1) {
                    lastSign = System.nanoTime();
                }
                return;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        HsmUnavailableException busy = new HsmUnavailableException("the HSM keeps others waiting");
        blame(busy);
        throw busy;
    }

    /** Said once, however often it is met. */
    private void blame(HsmUnavailableException why) {
        Optional<String> told = Optional.of(String.valueOf(why.getMessage()));
        if (!fault.equals(told)) {
            LOG.log(Level.WARNING, "HSM: {0}", why.getMessage());
        }
        fault = told;
    }

    private void lose(HsmSession failed, HsmUnavailableException away, Exception cause) {
        fault = Optional.of(String.valueOf(away.getMessage()));
        if (session.compareAndSet(failed, null)) {
            LOG.log(Level.SEVERE, "Nothing is signed until the HSM answers again", cause);
        }
    }
}
