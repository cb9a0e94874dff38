package com.amplihack.auth.keys.files;

import com.amplihack.auth.config.files.PrivateFiles;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.keys.ring.KeyRules;
import com.amplihack.auth.keys.ring.SigningKey;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Optional;
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

/** Reads keys from PEM (RFC 7468) as PKCS#8 or PKCS#1, encrypted or not, and writes them as PKCS#8. */
final class KeyPem {
    /** Created for the first encrypted key, since that takes a tenth of a second. */
    private static final class BouncyCastle {
        // passed explicitly, never registered: the JVM's provider list belongs to the server
        static final Provider PROVIDER = new BouncyCastleProvider();
    }

    private static final int PBKDF2_ITERATIONS = 600_000;
    private static final int MAX_BYTES = 64 * 1024;

    private final Optional<Secret> passphrase;
    private final boolean production;

    /** @param production whether a private key that others can read is refused */
    KeyPem(Optional<Secret> passphrase, boolean production) {
        this.passphrase = passphrase;
        this.production = production;
    }

    /**
     * Reads a private key and checks that it may and can sign.
     *
     * @throws InvalidSettingException with a message for the operator
     */
    SigningKey read(Path file) throws IOException {
        if (production && PrivateFiles.othersCanRead(file)) {
            throw refuse(file, "can be read by others than its owner: chmod 0400");
        }
        RSAPrivateCrtKey privateKey = readPrivate(file);
        Optional<String> fault = KeyRules.fault(privateKey.getModulus(), privateKey.getPublicExponent());
        if (fault.isPresent()) {
            throw refuse(file, fault.get());
        }
        SigningKey key = SigningKey.of(publicHalf(privateKey), privateKey);
        if (!key.works()) {
            throw refuse(file, "is damaged: what it signs cannot be verified");
        }
        return key;
    }

    /**
     * The file's private key as encrypted PEM; empty when it is encrypted already, or no passphrase is set.
     *
     * @throws InvalidSettingException when the file holds no private key
     */
    Optional<byte[]> encrypted(Path file) throws IOException {
        if (passphrase.isEmpty()) {
            return Optional.empty();
        }
        Object found = parse(file);
        return found instanceof PrivateKeyInfo || found instanceof PEMKeyPair
                ? Optional.of(write(readPrivate(file)))
                : Optional.empty();
    }

    /** The file's public key; empty when it holds something else. */
    Optional<PublicKey> readPublic(Path file) throws IOException {
        return parse(file) instanceof SubjectPublicKeyInfo info
                ? Optional.of(new JcaPEMKeyConverter().getPublicKey(info))
                : Optional.empty();
    }

    /** PKCS#8, encrypted if a passphrase is set. */
    byte[] write(PrivateKey key) throws IOException {
        try {
            return text(new JcaPKCS8Generator(
                    key,
                    passphrase.isEmpty()
                            ? null
                            : new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                                    .setProvider(BouncyCastle.PROVIDER)
                                    .setPRF(PKCS8Generator.PRF_HMACSHA256)
                                    .setIterationCount(PBKDF2_ITERATIONS)
                                    .setRandom(new SecureRandom())
                                    .setPassword(passphrase.get().reveal().toCharArray())
                                    .build()));
        } catch (OperatorCreationException e) {
            throw new IOException("the private key cannot be encrypted", e);
        }
    }

    byte[] write(PublicKey key) throws IOException {
        return text(key);
    }

    static InvalidSettingException refuse(Path file, String why) {
        return new InvalidSettingException("jwt.key.path: " + file + " " + why);
    }

    private RSAPrivateCrtKey readPrivate(Path file) throws IOException {
        PrivateKey key;
        try {
            key = toPrivateKey(file, parse(file));
        } catch (PEMException | PKCSException | OperatorCreationException wrong) {
            throw refuse(file, "cannot be decrypted with jwt.key.passphrase");
        }
        // an RSASSA-PSS key has the same type but cannot sign RS256
        if (key instanceof RSAPrivateCrtKey rsa && rsa.getAlgorithm().equals("RSA")) {
            return rsa;
        }
        throw refuse(file, "is not an RSA private key");
    }

    private PrivateKey toPrivateKey(Path file, Object pem)
            throws IOException, PKCSException, OperatorCreationException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        if (pem instanceof PrivateKeyInfo info) {
            return converter.getPrivateKey(info);
        }
        if (pem instanceof PEMKeyPair pair) {
            return converter.getPrivateKey(pair.getPrivateKeyInfo());
        }
        if (pem instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
            var decryptor = new JceOpenSSLPKCS8DecryptorProviderBuilder()
                    .setProvider(BouncyCastle.PROVIDER)
                    .build(passphrase(file));
            return converter.getPrivateKey(encrypted.decryptPrivateKeyInfo(decryptor));
        }
        if (pem instanceof PEMEncryptedKeyPair encrypted) {
            var decryptor = new JcePEMDecryptorProviderBuilder()
                    .setProvider(BouncyCastle.PROVIDER)
                    .build(passphrase(file));
            return converter.getPrivateKey(encrypted.decryptKeyPair(decryptor).getPrivateKeyInfo());
        }
        throw refuse(file, "holds no private key in PEM form");
    }

    private char[] passphrase(Path file) {
        return passphrase
                .orElseThrow(() -> refuse(file, "is encrypted, but jwt.key.passphrase is not set"))
                .reveal()
                .toCharArray();
    }

    private static Object parse(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw refuse(file, "is not a PEM file");
        }
        try (PEMParser parser = new PEMParser(Files.newBufferedReader(file, StandardCharsets.US_ASCII))) {
            return parser.readObject();
        } catch (PEMException | IllegalArgumentException broken) {
            throw refuse(file, "is not a PEM file");
        }
    }

    private static byte[] text(Object key) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(key);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static RSAPublicKey publicHalf(RSAPrivateCrtKey key) {
        try {
            RSAPublicKeySpec spec = new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent());
            return (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spec);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
