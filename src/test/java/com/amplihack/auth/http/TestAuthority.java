package com.amplihack.auth.http;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of this run, and who it gives certificates to. */
public final class TestAuthority {
    static final String PASSWORD = "changeit";

    private static final AtomicInteger SERIAL = new AtomicInteger(1);

    private final KeyPair pair = keyPair("EC");
    private final X500Principal name;
    private final X509Certificate certificate;

    public TestAuthority(String name) {
        this.name = new X500Principal(name);
        try {
            certificate = sign(builder(
                            this.name,
                            pair,
                            Instant.now().minusSeconds(60),
                            Instant.now().plusSeconds(86_400))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(true)));
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A certificate with its key. */
    public record Identity(KeyPair pair, X509Certificate certificate, X509Certificate issuer) {
        /** For a client that trusts that authority alone. */
        public SSLContext context(TestAuthority trusted) {
            try {
                KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
                keys.init(store(PASSWORD), PASSWORD.toCharArray());
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keys.getKeyManagers(), trusted.trust(), null);
                return context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private KeyStore store(String password) throws GeneralSecurityException, IOException {
            KeyStore store = empty();
            store.setKeyEntry(
                    "s1as", pair.getPrivate(), password.toCharArray(), new Certificate[] {certificate, issuer});
            return store;
        }

        /** As a file for a server. */
        Path save(Path file) {
            return save(file, PASSWORD);
        }

        /** As a file for a server, under that password. */
        public Path save(Path file, String password) {
            try {
                return write(store(password), file, password);
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** For a server, as {@code localhost}. */
    Identity server() {
        return issue(
                "CN=localhost",
                Instant.now().minusSeconds(60),
                Instant.now().plusSeconds(86_400),
                KeyPurposeId.id_kp_serverAuth);
    }

    /** For a server whose ciphers are those of RSA, as {@code localhost}. */
    public Identity rsaServer() {
        return issue(
                keyPair("RSA"),
                "CN=localhost",
                Instant.now().minusSeconds(60),
                Instant.now().plusSeconds(86_400),
                KeyPurposeId.id_kp_serverAuth);
    }

    /** For a client, valid today. */
    public Identity client(String subject) {
        return issue(
                subject,
                Instant.now().minusSeconds(60),
                Instant.now().plusSeconds(86_400),
                KeyPurposeId.id_kp_clientAuth);
    }

    public Identity issue(String subject, Instant from, Instant to, KeyPurposeId... purposes) {
        return issue(keyPair("EC"), subject, from, to, purposes);
    }

    private Identity issue(KeyPair own, String subject, Instant from, Instant to, KeyPurposeId... purposes) {
        try {
            JcaX509v3CertificateBuilder builder = builder(new X500Principal(subject), own, from, to);
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
            if (purposes.length > 0) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
            }
            return new Identity(own, sign(builder), certificate);
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For a client that shows no certificate and trusts this authority alone. */
    public SSLContext anonymous() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    /** As {@code tls/services.pem} wants it. */
    public String pem() {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                            .encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A file of what a server trusts. */
    static Path trustStore(Path file, X509Certificate... trusted) {
        try {
            return write(trusting(trusted), file, PASSWORD);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private javax.net.ssl.TrustManager[] trust() throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusting(certificate));
        return trust.getTrustManagers();
    }

    private static KeyStore trusting(X509Certificate... trusted) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        for (int i = 0; i < trusted.length; i++) {
            store.setCertificateEntry("trusted-" + i, trusted[i]);
        }
        return store;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Path write(KeyStore store, Path file, String password) throws GeneralSecurityException, IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        return file;
    }

    private JcaX509v3CertificateBuilder builder(X500Principal subject, KeyPair own, Instant from, Instant to) {
        return new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(SERIAL.incrementAndGet()),
                Date.from(from),
                Date.from(to),
                subject,
                own.getPublic());
    }

    private X509Certificate sign(org.bouncycastle.cert.X509v3CertificateBuilder builder) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keyPair(String algorithm) {
        try {
            return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
