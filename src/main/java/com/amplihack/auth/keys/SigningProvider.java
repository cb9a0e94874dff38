package com.amplihack.auth.keys;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.SelfTestStatus;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.interfaces.RSAPrivateKey;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What signs: Amazon Corretto Crypto Provider where it runs and passes its own tests, since logins and refreshes wait for
 * signatures more than for anything else but password hashes; elsewhere the JDK. The signatures are the same.
 */
final class SigningProvider {
    /** The name of the one that signs in an HSM, as SunPKCS11 makes it longer. */
    static final String HSM_NAME = "amplihack";

    private static final Logger LOG = Logger.getLogger(SigningProvider.class.getName());

    // handed over, never registered: the server's list of providers is not ours to change
    private static final Optional<Provider> FAST = load();

    private SigningProvider() {}

    /** The fast provider, if there is one. */
    static Optional<Provider> fast() {
        return FAST;
    }

    static JWSSigner signer(RSAPrivateKey key) {
        if (FAST.isPresent()) {
            try {
                // its own form of the key, or each signature begins with a translation
                Key own = KeyFactory.getInstance("RSA", FAST.get()).translateKey(key);
                RSASSASigner signer = new RSASSASigner((PrivateKey) own);
                signer.getJCAContext().setProvider(FAST.get());
                return signer;
            } catch (GeneralSecurityException unwilling) {
                LOG.log(Level.FINE, "The JDK signs with this key", unwilling);
            }
        }
        return new RSASSASigner(key);
    }

    private static Optional<Provider> load() {
        try {
            AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
            if (provider.getLoadingError() == null && provider.runSelfTests() == SelfTestStatus.PASSED) {
                return Optional.of(provider);
            }
            LOG.log(Level.FINE, "No fast signatures here: {0}", String.valueOf(provider.getLoadingError()));
        } catch (LinkageError | RuntimeException absent) {
            LOG.log(Level.FINE, "No fast signatures here", absent);
        }
        return Optional.empty();
    }
}
