package com.amplihack.auth.keys.ring;

import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What signs: Amazon Corretto Crypto Provider where it runs and passes its own tests, since logins and refreshes wait for
 * signatures more than for anything else but password hashes; elsewhere the JDK. The signatures are the same.
 */
public final class SigningProvider {
    /** The name of the one that signs in an HSM, as SunPKCS11 makes it longer. */
    public static final String HSM_NAME = "amplihack";

    private static final Logger LOG = Logger.getLogger(SigningProvider.class.getName());

    private static final String NAME = "AmazonCorrettoCryptoProvider";
    private static final String TYPE = "com.amazon.corretto.crypto.provider." + NAME;

    /**
     * Its thread and its native code never go away, and would keep the classes of every deployment. So it lives apart, once
     * in a server, and stands last in the list of providers, where the next deployment finds it and nobody else is led to it.
     */
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

    /** Makes a key pair, too: the first start waits for it, while the JDK's own arithmetic is not yet compiled. */
    public static KeyPair generate(int bits) {
        try {
            KeyPairGenerator generator = FAST.isPresent()
                    ? KeyPairGenerator.getInstance("RSA", FAST.get())
                    : KeyPairGenerator.getInstance("RSA");
            generator.initialize(new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Provider> load() {
        Provider there = Security.getProvider(NAME);
        if (there != null) {
            return Optional.of(there);
        }
        Thread thread = Thread.currentThread();
        ClassLoader ours = thread.getContextClassLoader();
        Path jar = null;
        try {
            jar = copyOfItsJar();
            ClassLoader apart =
                    new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
            thread.setContextClassLoader(apart); // its own thread inherits it
            Class<?> type = Class.forName(TYPE, true, apart);
            Provider provider = (Provider) type.getField("INSTANCE").get(null);
            Object error = type.getMethod("getLoadingError").invoke(provider);
            if (error == null
                    && "PASSED"
                            .equals(String.valueOf(
                                    type.getMethod("runSelfTests").invoke(provider)))) {
                Security.addProvider(provider);
                return Optional.of(provider);
            }
            LOG.log(Level.FINE, "No fast signatures here: {0}", String.valueOf(error));
        } catch (LinkageError | ReflectiveOperationException | IOException | RuntimeException absent) {
            LOG.log(Level.FINE, "No fast signatures here", absent);
        } finally {
            thread.setContextClassLoader(ours);
            delete(jar);
        }
        return Optional.empty();
    }

    /** A copy, for the WAR's own goes with the next deployment; of the one that is made for this processor. */
    private static Path copyOfItsJar() throws IOException {
        String processor =
                System.getProperty("os.arch").replace("amd64", "x86_64").replace("aarch64", "aarch_64");
        String system = "-linux-" + processor + ".jar";
        List<URL> inWar = Collections.list(
                SigningProvider.class.getClassLoader().getResources(TYPE.replace('.', '/') + ".class"));
        String jar = inWar.stream()
                .filter(url -> url.getProtocol().equals("jar"))
                .map(url -> url.getPath().substring(0, url.getPath().indexOf("!/")))
                .filter(path -> path.endsWith(system))
                .findFirst()
                .orElseThrow(() -> new IOException("no jar holds " + TYPE + " for " + system));
        Path copy = Files.createTempFile("amplihack-auth-", ".jar");
        Files.copy(Path.of(URI.create(jar)), copy, StandardCopyOption.REPLACE_EXISTING);
        return copy;
    }

    /** It is open, and stays so: a file that is deleted now is not left behind by a process that is killed. */
    private static void delete(@Nullable Path jar) {
        try {
            if (jar != null) {
                Files.deleteIfExists(jar);
            }
        } catch (IOException stays) {
            LOG.log(Level.FINE, "A copy stays behind", stays);
        }
    }
}
