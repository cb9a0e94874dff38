package com.amplihack.auth.keys.hsm;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.ring.KeyRules;
import com.amplihack.auth.keys.ring.PrivateKeyStore;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.keys.ring.UnpublishedKey;
import com.amplihack.auth.keys.ring.VerifyingKey;
import com.amplihack.auth.problem.AuthException;
import java.io.IOException;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Private keys that are generated in an HSM and never leave it, each labelled with its {@code kid} and named in the
 * ring by its RFC 7512 URI; never touches other objects, since several key directories may share a token.
 */
public final class HsmKeys implements PrivateKeyStore {
    private static final Logger LOG = Logger.getLogger(HsmKeys.class.getName());

    private static final String SCHEME = "pkcs11:object=";
    private static final String LABEL = "amplihack-auth-";
    private static final Duration PROBE_AFTER = Duration.ofSeconds(5);

    private final Hsm hsm;
    private final int slot;
    private final int bits;
    private final Set<String> destroyed = new HashSet<>();

    /** @throws InvalidSettingException when the HSM cannot be opened */
    public HsmKeys(KeySettings settings) {
        hsm = new Hsm(settings.hsm().orElseThrow());
        slot = settings.hsm().orElseThrow().slot();
        bits = settings.size();
    }

    public static boolean isName(String name) {
        return name.startsWith(SCHEME);
    }

    @Override
    public boolean owns(String name) {
        return isName(name);
    }

    /** Stores the key in the token at once, so that no HSM call is made under the ring's lock. */
    @Override
    public UnpublishedKey make() throws IOException {
        RSAPublicKey half = hsm.use(session -> {
            KeyPair pair = session.generate(bits);
            RSAPublicKey publicKey = (RSAPublicKey) pair.getPublic();
            Optional<String> fault = KeyRules.fault(publicKey.getModulus(), publicKey.getPublicExponent());
            if (fault.isPresent()) {
                throw new HsmUnavailableException("the HSM made a key that " + fault.get());
            }
            session.keep(pair, LABEL + VerifyingKey.named(publicKey).getKeyID());
            return publicKey;
        });
        VerifyingKey verifying = VerifyingKey.of(half);
        Made made = new Made(new SigningKey(verifying, new HsmSigner(hsm, LABEL + verifying.kid())));
        if (!made.key().works()) {
            made.discard();
            throw new HsmUnavailableException("the HSM made a key whose signatures cannot be verified");
        }
        return made;
    }

    @Override
    public boolean exists(String name) throws IOException {
        return hsm.use(session -> session.has(label(name)));
    }

    /** Makes no HSM call, so that learning of a compromise never waits for the HSM. */
    @Override
    public SigningKey read(RingKey key) {
        return new SigningKey(VerifyingKey.of(key.jwk()), new HsmSigner(hsm, label(key.file())));
    }

    /**
     * Requires that the HSM has the key and signs with it.
     *
     * @throws InvalidSettingException when it does not
     */
    public void require(RingKey key) throws IOException {
        if (!exists(key.file())) {
            throw new InvalidSettingException("jwt.key.pkcs11.slot: the token in slot " + slot + " has no key "
                    + label(key.file()) + ", which ring.json names");
        }
        if (!read(key).works()) {
            throw new InvalidSettingException("jwt.key.pkcs11.slot: the key " + label(key.file()) + " in slot " + slot
                    + " is another one than ring.json says");
        }
    }

    /** Destroys a private key; a failure is retried at the next call. */
    public synchronized void destroy(String name) {
        if (destroyed.contains(name)) {
            return;
        }
        try {
            hsm.use(session -> {
                session.delete(label(name));
                return name;
            });
            destroyed.add(name);
        } catch (HsmUnavailableException away) {
            LOG.log(Level.FINE, "A private key is not destroyed yet", away);
        }
    }

    /** Reconnects after a failure, and test-signs with the key if none has signed for some seconds. */
    public void probe(Optional<SigningKey> key) {
        hsm.reconnect();
        if (key.isPresent()
                && (hsm.sinceLastSuccess().compareTo(PROBE_AFTER) > 0
                        || hsm.fault().isPresent())) {
            try {
                key.get().works();
            } catch (AuthException away) {
                LOG.log(Level.FINE, "The HSM does not sign", away);
            }
        }
    }

    /** Why the last HSM call failed; empty if it succeeded. */
    public Optional<String> fault() {
        return hsm.fault();
    }

    public void close() {
        hsm.close();
    }

    private static String label(String name) {
        return name.substring(SCHEME.length());
    }

    private final class Made implements UnpublishedKey {
        private final SigningKey key;

        Made(SigningKey key) {
            this.key = key;
        }

        @Override
        public SigningKey key() {
            return key;
        }

        @Override
        public String name() {
            return SCHEME + LABEL + key.kid();
        }

        @Override
        public void keep() {
            // make has stored it in the token
        }

        @Override
        public void discard() {
            destroy(name());
        }
    }
}
