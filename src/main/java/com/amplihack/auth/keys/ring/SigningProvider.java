package com.amplihack.auth.keys.ring;

import com.amplihack.auth.config.files.NativeLibraries;
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
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Signs with the Amazon Corretto Crypto Provider where it is available and passes its self-tests, because it is
 * faster, and with the JDK elsewhere; the signatures are the same.
 */
public final class SigningProvider {
    /** The name of the HSM's provider, which SunPKCS11 prefixes with its own. */
    public static final String HSM_NAME = "amplihack";

    private static final Logger LOG = Logger.getLogger(SigningProvider.class.getName());

    private static final String NAME = "AmazonCorrettoCryptoProvider";
    private static final String TYPE = "com.amazon.corretto.crypto.provider." + NAME;

    /**
     * Its thread and native library are never unloaded and would leak the class loader of every deployment. It is
     * therefore loaded once per server, in a class loader of its own, and registered last, where the next deployment
     * finds it and no other application picks it up by default.
     */
    private static final Optional<Provider> FAST = load();

    /** Key pairs that {@link #prepare} has begun; each is handed out once. */
    private static final Queue<FutureTask<KeyPair>> PREPARED = new ConcurrentLinkedQueue<>();

    private SigningProvider() {}

    /** The Corretto provider, if it is available. */
    static Optional<Provider> fast() {
        return FAST;
    }

    static JWSSigner signer(RSAPrivateKey key) {
        if (FAST.isPresent()) {
            try {
                // translated once, or every signature would translate the key
                Key own = KeyFactory.getInstance("RSA", FAST.get()).translateKey(key);
                RSASSASigner signer = new RSASSASigner((PrivateKey) own);
                signer.getJCAContext().setProvider(FAST.get());
                return signer;
            } catch (GeneralSecurityException unsupported) {
                LOG.log(Level.FINE, "The JDK signs with this key", unsupported);
            }
        }
        return new RSASSASigner(key);
    }

    /** Begins to generate key pairs, each in a thread of its own, for later calls of {@link #generate}. */
    public static void prepare(int bits, int pairs) {
        for (int i = 0; i < pairs; i++) {
            FutureTask<KeyPair> pair = new FutureTask<>(() -> newPair(bits));
            PREPARED.add(pair);
            Thread thread = new Thread(pair, "first-keys");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Generates a key pair, or takes a prepared one of that size and forgets it. */
    public static KeyPair generate(int bits) {
        FutureTask<KeyPair> prepared = PREPARED.poll();
        try {
            if (prepared != null
                    && bits
                            == ((RSAKey) prepared.get().getPublic())
                                    .getModulus()
                                    .bitLength()) {
                return prepared.get();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            LOG.log(Level.FINE, "A key pair was not prepared", failed);
        }
        return newPair(bits);
    }

    /** Also with the fast provider: it delays the first start, when the JDK is not warmed up yet. */
    private static KeyPair newPair(int bits) {
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
            jar = copyOfJar();
            ClassLoader isolated =
                    new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
            thread.setContextClassLoader(isolated); // inherited by the provider's thread
            Class<?> type = Class.forName(TYPE, true, isolated);
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

    /** Copies the JAR for this processor, since the WAR's own is deleted with the next deployment. */
    private static Path copyOfJar() throws IOException {
        String processor =
                System.getProperty("os.arch").replace("amd64", "x86_64").replace("aarch64", "aarch_64");
        String system = "-linux-" + processor; // .zip in the WAR (docs/adr/0055), .jar on a class path
        List<URL> inWar = Collections.list(
                SigningProvider.class.getClassLoader().getResources(TYPE.replace('.', '/') + ".class"));
        String jar = inWar.stream()
                .filter(url -> url.getProtocol().equals("jar"))
                .map(url -> url.getPath().substring(0, url.getPath().indexOf("!/")))
                .filter(path -> path.endsWith(system + ".zip") || path.endsWith(system + ".jar"))
                .findFirst()
                .orElseThrow(() -> new IOException("no jar holds " + TYPE + " for " + system));
        String temporary = System.getProperty(NativeLibraries.CRYPTO_FOLDER, System.getProperty("java.io.tmpdir"));
        Path copy = Files.createTempFile(Path.of(temporary), "amplihack-auth-", ".jar");
        Files.copy(Path.of(URI.create(jar)), copy, StandardCopyOption.REPLACE_EXISTING);
        return copy;
    }

    /** Deletes the copy while it is open, so that even a killed process leaves no file behind. */
    private static void delete(@Nullable Path jar) {
        try {
            if (jar != null) {
                Files.deleteIfExists(jar);
            }
        } catch (IOException failed) {
            LOG.log(Level.FINE, "A temporary file is left behind", failed);
        }
    }
}
