package com.amplihack.auth.keys.hsm;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.ring.SigningProvider;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.security.auth.login.LoginException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * One PKCS#11 session through the JDK's SunPKCS11; key handles are valid in this session only, and keys can only sign.
 */
final class HsmSession {
    private static final Logger LOG = Logger.getLogger(HsmSession.class.getName());

    private static final Date ALWAYS = Date.from(Instant.EPOCH);
    private static final Date FOR_EVER = Date.from(Instant.parse("9999-12-31T23:59:59Z")); // RFC 5280 section 4.1.2.5

    private static final String ATTRIBUTES =
            """
            attributes(generate, CKO_PRIVATE_KEY, CKK_RSA) = {
              CKA_PRIVATE = true
              CKA_SENSITIVE = true
              CKA_EXTRACTABLE = false
              CKA_SIGN = true
              CKA_DECRYPT = false
              CKA_UNWRAP = false
            }
            attributes(generate, CKO_PUBLIC_KEY, CKK_RSA) = {
              CKA_VERIFY = true
              CKA_ENCRYPT = false
              CKA_WRAP = false
            }
            """;

    // passed explicitly, never registered: the JVM's provider list belongs to the server
    private final Provider provider;
    private final KeyStore keys;
    private final char[] pin;
    private final Map<String, JWSSigner> signers = new ConcurrentHashMap<>();

    private HsmSession(Provider provider, KeyStore keys, char[] pin) {
        this.provider = provider;
        this.keys = keys;
        this.pin = pin;
    }

    /** @throws InvalidSettingException with a message for the operator */
    static HsmSession open(KeySettings.Hsm settings) {
        if (!Files.isRegularFile(settings.library())) {
            throw new InvalidSettingException("jwt.key.pkcs11.library: there is no file " + settings.library());
        }
        Provider template = Security.getProvider("SunPKCS11");
        if (template == null) {
            throw new InvalidSettingException("jwt.key.store: pkcs11 needs a Java with the module jdk.crypto.cryptoki");
        }
        try {
            Provider provider = template.configure("--name = " + SigningProvider.HSM_NAME + "\nlibrary = \""
                    + settings.library().toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"\nslot = "
                    + settings.slot() + "\n" + ATTRIBUTES);
            if (provider.getService("KeyStore", "PKCS11") == null) {
                throw HsmFault.noToken(settings);
            }
            KeyStore keys = KeyStore.getInstance("PKCS11", provider);
            char[] pin = settings.pin().reveal().toCharArray();
            keys.load(null, pin);
            return new HsmSession(provider, keys, pin);
        } catch (ProviderException | GeneralSecurityException | IOException failed) {
            LOG.log(Level.FINE, "The token cannot be opened", failed);
            throw HsmFault.of(failed, settings);
        }
    }

    Provider provider() {
        return provider;
    }

    /** Generates a key pair that is lost with this session unless it is {@link #keep kept}. */
    KeyPair generate(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        generator.initialize(new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
        return generator.generateKeyPair();
    }

    /** Stores a key pair in the token under that label. */
    void keep(KeyPair pair, String label) throws GeneralSecurityException {
        keys.setKeyEntry(label, pair.getPrivate(), null, new X509Certificate[] {certificate(pair, label)});
    }

    boolean has(String label) throws GeneralSecurityException, IOException {
        try {
            keys.load(null, pin); // reloads: another node may have created or destroyed it
        } catch (IOException | ProviderException failed) {
            if (!HsmFault.isOfAnObject(failed)) {
                throw failed; // a retry would send the PIN again
            }
            LOG.log(Level.FINE, "A key was destroyed while the token was listed", failed);
            keys.load(null, pin);
        }
        return keys.isKeyEntry(label);
    }

    void delete(String label) throws GeneralSecurityException, IOException {
        signers.remove(label);
        if (has(label)) {
            try {
                keys.deleteEntry(label);
            } catch (GeneralSecurityException | ProviderException raced) {
                if (has(label)) { // else another node was faster
                    throw raced;
                }
            }
        }
    }

    /** The signer for the key with that label, if the token has one. */
    Optional<JWSSigner> signer(String label) throws GeneralSecurityException, IOException {
        JWSSigner known = signers.get(label);
        if (known == null && has(label)) {
            RSASSASigner signer = new RSASSASigner((PrivateKey) keys.getKey(label, null));
            signer.getJCAContext().setProvider(provider);
            signers.put(label, signer);
            known = signer;
        }
        return Optional.ofNullable(known);
    }

    /** Logs out of the token, for every session of this process. */
    void close() {
        try {
            ((AuthProvider) provider).logout();
        } catch (LoginException | ProviderException away) {
            LOG.log(Level.FINE, "Logging out of the token failed", away);
        }
    }

    /** A self-signed certificate: SunPKCS11 lists private keys by their certificates only. */
    private X509Certificate certificate(KeyPair pair, String label) throws GeneralSecurityException {
        X500Name name = new X500Name("CN=" + label);
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(new JcaX509v3CertificateBuilder(
                                    name, BigInteger.ONE, ALWAYS, FOR_EVER, name, pair.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withRSA")
                                    .setProvider(provider)
                                    .build(pair.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
