package com.amplihack.auth.keys.files;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.files.DirectoryLock;
import com.amplihack.auth.config.files.PrivateFiles;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.hsm.HsmKeys;
import com.amplihack.auth.keys.ring.PrivateKeyStore;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.keys.ring.SigningProvider;
import com.amplihack.auth.keys.ring.UnpublishedKey;
import com.amplihack.auth.keys.ring.VerifyingKey;
import com.nimbusds.jose.JOSEException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Private keys as PEM files in the key directory: the first is {@code jwt_private.pem} (0400, PKCS#8, encrypted if a
 * passphrase is set) with {@code jwt_public.pem} (0444), adopted or generated; each later one is {@code key-<kid>.pem}.
 */
public final class KeyFiles implements PrivateKeyStore {
    /** The file of the first key. */
    static final String FIRST = "jwt_private.pem";

    private static final Logger LOG = Logger.getLogger(KeyFiles.class.getName());
    private static final String PREFIX = "key-";
    private static final String SUFFIX = ".pem";
    private static final String PRIVATE = "r--------";

    private final KeySettings settings;
    private final KeyPem pem;
    private final Path privateFile;
    private final Path publicFile;

    public KeyFiles(KeySettings settings, boolean production) {
        this.settings = settings;
        pem = new KeyPem(settings.passphrase(), production);
        privateFile = settings.path().resolve(FIRST);
        publicFile = settings.path().resolve("jwt_public.pem");
    }

    /** A key that is not written to a file yet. */
    private final class Fresh implements UnpublishedKey {
        private final SigningKey key;
        private final byte[] bytes;

        Fresh(KeyPair pair) throws IOException {
            key = SigningKey.of((RSAPublicKey) pair.getPublic(), (RSAPrivateKey) pair.getPrivate());
            bytes = pem.write(pair.getPrivate());
        }

        @Override
        public SigningKey key() {
            return key;
        }

        @Override
        public String name() {
            return PREFIX + key.kid() + SUFFIX;
        }

        @Override
        public void keep() throws IOException {
            keepAs(settings.path().resolve(name()));
        }

        void keepAs(Path file) throws IOException {
            PrivateFiles.write(file, bytes, PRIVATE);
        }

        @Override
        public void discard() {
            // nothing was written
        }
    }

    /**
     * Reads the first key pair, or generates it.
     *
     * @throws InvalidSettingException when the files cannot be used
     */
    public SigningKey readOrMake() {
        try {
            PrivateFiles.makeDirectory(settings.path());
            return DirectoryLock.hold(settings.path(), () -> {
                try {
                    if (!Files.exists(privateFile)) {
                        makeFirst();
                    }
                    return readFirst();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException e) {
            throw unusable(settings.path(), e);
        }
    }

    /** The error for a directory that cannot be read or written. */
    public static InvalidSettingException unusable(Path directory, IOException cause) {
        if (Files.isDirectory(directory) && cannotWrite(directory, cause)) {
            return new InvalidSettingException("jwt.key.path: the key directory " + directory
                    + " cannot be written, and keys are rotated in it: copy the keys of a read-only mount into a directory"
                    + " of this service's own user, and name that");
        }
        return new InvalidSettingException("jwt.key.path: the key directory " + directory + " cannot be used ("
                + cause.getClass().getSimpleName() + ": " + cause.getMessage() + ")");
    }

    private static boolean cannotWrite(Path directory, IOException cause) {
        return !Files.isWritable(directory)
                || (cause instanceof AccessDeniedException denied && Files.notExists(Path.of(denied.getFile())));
    }

    @Override
    public boolean owns(String name) {
        return !HsmKeys.isName(name);
    }

    @Override
    public boolean exists(String file) {
        return Files.exists(settings.path().resolve(file));
    }

    @Override
    public SigningKey read(RingKey wanted) throws IOException {
        String file = wanted.file();
        Path path = settings.path().resolve(file);
        if (!Files.exists(path)) {
            throw KeyPem.refuse(path, "is missing");
        }
        SigningKey key = file.equals(FIRST) ? readFirst() : pem.read(path);
        if (!key.kid().equals(wanted.kid())) {
            throw KeyPem.refuse(path, "is another key than ring.json says, which is " + wanted.kid());
        }
        return key;
    }

    @Override
    public UnpublishedKey make() throws IOException {
        return new Fresh(SigningProvider.generate(settings.size()));
    }

    /**
     * Encrypts unencrypted private keys, if a passphrase is set, under the lock; each file is replaced atomically.
     *
     * @return the files that were encrypted
     * @throws InvalidSettingException when one is a symbolic link; then none is encrypted
     */
    List<Path> encrypt(List<String> names) throws IOException {
        Map<Path, byte[]> encrypted = new LinkedHashMap<>();
        for (String name : names) {
            Path file = settings.path().resolve(name);
            Optional<byte[]> wanted = Files.exists(file) ? pem.encrypted(file) : Optional.empty();
            if (wanted.isPresent() && Files.isSymbolicLink(file)) {
                throw KeyPem.refuse(
                        file,
                        "is a link to a key in the clear, though jwt.key.passphrase is set: encrypt the key that it leads"
                                + " to (openssl pkcs8 -topk8), or put the key itself there");
            }
            wanted.ifPresent(bytes -> encrypted.put(file, bytes));
        }
        for (Map.Entry<Path, byte[]> file : encrypted.entrySet()) {
            PrivateFiles.write(file.getKey(), file.getValue(), PRIVATE);
        }
        return List.copyOf(encrypted.keySet());
    }

    /** Whether any file {@code key-<kid>.pem} exists. */
    boolean hasLaterKeys() throws IOException {
        return !laterKeys().isEmpty();
    }

    /**
     * Deletes the files of private keys that are no longer needed, under the lock.
     *
     * @param needed whether the key with a {@code kid} may still sign
     */
    void sweep(Predicate<String> needed) throws IOException {
        PrivateFiles.sweepUnfinished(settings.path());
        for (Map.Entry<String, Path> key : laterKeys().entrySet()) {
            if (!needed.test(key.getKey())) {
                PrivateFiles.delete(key.getValue());
            }
        }
    }

    /**
     * Deletes the first pair if it still is the key with that {@code kid}: an operator may have put another one there.
     */
    void sweepFirst(String kid) throws IOException {
        try {
            if (Files.exists(publicFile)
                    && pem.readPublic(publicFile)
                            .filter(key -> hasKid(key, kid))
                            .isPresent()) {
                PrivateFiles.delete(privateFile);
                PrivateFiles.delete(publicFile);
            }
        } catch (InvalidSettingException foreign) {
            LOG.log(Level.FINE, "Not a file of ours: {0}", foreign.getMessage());
        }
    }

    private static boolean hasKid(PublicKey key, String kid) {
        return key instanceof RSAPublicKey rsa
                && VerifyingKey.named(rsa).getKeyID().equals(kid);
    }

    private Map<String, Path> laterKeys() throws IOException {
        Map<String, Path> found = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(settings.path(), PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                found.put(name.substring(PREFIX.length(), name.length() - SUFFIX.length()), file);
            }
        }
        return found;
    }

    private SigningKey readFirst() throws IOException {
        SigningKey key = pem.read(privateFile);
        PublicKey publicKey = publicKey(key);
        if (!Files.exists(publicFile)) {
            PrivateFiles.write(publicFile, pem.write(publicKey), "r--r--r--");
        } else if (!pem.readPublic(publicFile).equals(Optional.of(publicKey))) {
            throw KeyPem.refuse(privateFile, "and jwt_public.pem are not a pair");
        }
        return key;
    }

    private void makeFirst() throws IOException {
        LOG.log(Level.INFO, "No signing key in {0}: making an RSA key of {1} bits", new Object[] {
            settings.path(), Integer.toString(settings.size())
        });
        if (settings.passphrase().isEmpty()) {
            LOG.warning(
                    "jwt.key.passphrase is not set: the private key is stored in clear, protected by its file mode");
        }
        Fresh fresh = new Fresh(SigningProvider.generate(settings.size()));
        // an orphan public key would not match the new pair
        Files.deleteIfExists(publicFile);
        fresh.keepAs(privateFile);
        PrivateFiles.write(publicFile, pem.write(publicKey(fresh.key())), "r--r--r--");
    }

    private static PublicKey publicKey(SigningKey key) {
        try {
            return key.jwk().toRSAPublicKey();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
