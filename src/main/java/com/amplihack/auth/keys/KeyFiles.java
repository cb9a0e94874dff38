package com.amplihack.auth.keys;

import com.amplihack.auth.config.InvalidSettingException;
import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.Secret;
import com.amplihack.auth.files.PrivateFiles;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/**
 * The signing key as files of the key directory, under the specification's names: {@code jwt_private.pem} (0400, PKCS#8,
 * encrypted when there is a passphrase) and {@code jwt_public.pem} (0444). A pair that is there is adopted, else one is
 * made, by one process at a time.
 */
final class KeyFiles {
    private static final Logger LOG = Logger.getLogger(KeyFiles.class.getName());
    // handed over, never registered: the server's list of providers is not ours to change
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();
    private static final int LEAST_BITS = 2048;
    private static final int PBKDF2_ITERATIONS = 600_000;

    private final KeySettings settings;
    private final boolean production;
    private final Path privateFile;
    private final Path publicFile;

    KeyFiles(KeySettings settings, boolean production) {
        this.settings = settings;
        this.production = production;
        privateFile = settings.path().resolve("jwt_private.pem");
        publicFile = settings.path().resolve("jwt_public.pem");
    }

    /**
     * Reads the pair, or makes it.
     *
     * @throws InvalidSettingException when what lies there cannot be used
     */
    SigningKey readOrMake() {
        try {
            PrivateFiles.makeDirectory(settings.path());
            return PrivateFiles.underLock(settings.path(), () -> {
                try {
                    if (!Files.exists(privateFile)) {
                        make();
                    }
                    return read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException e) {
            throw new InvalidSettingException("jwt.key.path: the key directory " + settings.path() + " cannot be used ("
                    + e.getClass().getSimpleName() + ": " + e.getMessage() + ")");
        }
    }

    private SigningKey read() throws IOException {
        if (production && PrivateFiles.othersCanRead(privateFile)) {
            throw refuse("can be read by others than its owner: chmod 0400");
        }
        RSAPrivateCrtKey privateKey = readPrivate();
        if (privateKey.getModulus().bitLength() < LEAST_BITS) {
            throw refuse("has " + privateKey.getModulus().bitLength() + " bits, at least 2048 are needed");
        }
        if (!RSAKeyGenParameterSpec.F4.equals(privateKey.getPublicExponent())) {
            throw refuse("has another public exponent than 65537");
        }
        RSAPublicKey publicKey = publicHalf(privateKey);
        if (!Files.exists(publicFile)) {
            PrivateFiles.write(publicFile, pem(publicKey), "r--r--r--");
        } else if (!(parse(publicFile) instanceof SubjectPublicKeyInfo info
                && publicKey.equals(new JcaPEMKeyConverter().getPublicKey(info)))) {
            throw refuse("and jwt_public.pem are not a pair");
        }
        return SigningKey.of(publicKey, privateKey);
    }

    private void make() throws IOException {
        LOG.log(Level.INFO, "No signing key in {0}: making an RSA key of {1} bits", new Object[] {
            settings.path(), Integer.toString(settings.size())
        });
        if (settings.passphrase().isEmpty()) {
            LOG.warning(
                    "jwt.key.passphrase is not set: the private key is stored in clear, protected by its file mode");
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(new RSAKeyGenParameterSpec(settings.size(), RSAKeyGenParameterSpec.F4));
            KeyPair pair = generator.generateKeyPair();
            // an orphan public key would make the fresh pair a mismatch
            Files.deleteIfExists(publicFile);
            PrivateFiles.write(privateFile, pem(pair.getPrivate()), "r--------");
            PrivateFiles.write(publicFile, pem(pair.getPublic()), "r--r--r--");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private RSAPrivateCrtKey readPrivate() throws IOException {
        PrivateKey key;
        try {
            key = toPrivateKey(parse(privateFile));
        } catch (PEMException | PKCSException | OperatorCreationException wrong) {
            throw refuse("cannot be decrypted with jwt.key.passphrase");
        }
        if (key instanceof RSAPrivateCrtKey rsa) {
            return rsa;
        }
        throw refuse("is not an RSA private key");
    }

    private PrivateKey toPrivateKey(Object pem) throws IOException, PKCSException, OperatorCreationException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        if (pem instanceof PrivateKeyInfo info) {
            return converter.getPrivateKey(info);
        }
        if (pem instanceof PEMKeyPair pair) {
            return converter.getPrivateKey(pair.getPrivateKeyInfo());
        }
        if (pem instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
            var decryptor = new JceOpenSSLPKCS8DecryptorProviderBuilder()
                    .setProvider(BOUNCY_CASTLE)
                    .build(passphrase());
            return converter.getPrivateKey(encrypted.decryptPrivateKeyInfo(decryptor));
        }
        if (pem instanceof PEMEncryptedKeyPair encrypted) {
            var decryptor = new JcePEMDecryptorProviderBuilder()
                    .setProvider(BOUNCY_CASTLE)
                    .build(passphrase());
            return converter.getPrivateKey(encrypted.decryptKeyPair(decryptor).getPrivateKeyInfo());
        }
        throw refuse("holds no private key in PEM form");
    }

    private char[] passphrase() {
        Optional<Secret> passphrase = settings.passphrase();
        return passphrase
                .orElseThrow(() -> refuse("is encrypted, but jwt.key.passphrase is not set"))
                .reveal()
                .toCharArray();
    }

    private Object parse(Path file) throws IOException {
        try (PEMParser parser = new PEMParser(Files.newBufferedReader(file, StandardCharsets.US_ASCII))) {
            return parser.readObject();
        } catch (PEMException | IllegalArgumentException broken) {
            throw new InvalidSettingException("jwt.key.path: " + file + " is not a PEM file");
        }
    }

    private byte[] pem(Object key) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            if (key instanceof PrivateKey privateKey) {
                writer.writeObject(new JcaPKCS8Generator(
                        privateKey,
                        settings.passphrase().isEmpty()
                                ? null
                                : new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                                        .setProvider(BOUNCY_CASTLE)
                                        .setPRF(PKCS8Generator.PRF_HMACSHA256)
                                        .setIterationCount(PBKDF2_ITERATIONS)
                                        .setRandom(new SecureRandom())
                                        .setPassword(passphrase())
                                        .build()));
            } else {
                writer.writeObject(key);
            }
        } catch (OperatorCreationException e) {
            throw new IOException("the private key cannot be encrypted", e);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static RSAPublicKey publicHalf(RSAPrivateCrtKey key) {
        try {
            RSAPublicKeySpec spec = new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent());
            PublicKey half = KeyFactory.getInstance("RSA").generatePublic(spec);
            return (RSAPublicKey) half;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private InvalidSettingException refuse(String why) {
        return new InvalidSettingException("jwt.key.path: " + privateFile + " " + why);
    }
}
