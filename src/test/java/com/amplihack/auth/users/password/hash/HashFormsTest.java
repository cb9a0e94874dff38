package com.amplihack.auth.users.password.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.mkammerer.argon2.Argon2Factory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hashes that other programs made: Python's hashlib, crypt(3) of libxcrypt, the published vectors of the standards. */
class HashFormsTest {
    private static final String PASSWORD = "correct horse battery staple";
    private static final HashLimits LIMITS = HashLimits.atImport(65_536, 3);

    private final HashForms forms = new HashForms(Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$wmIXv0mv7iouqkc9CKjRvCX21po",
                "$pbkdf2-sha1$i=1000$MDEyMzQ1Njc4OWFiY2RlZg==$wmIXv0mv7iouqkc9CKjRvCX21po=",
                "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
                "$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$5bTW2oeyDJyGJPcmEr.mRDE11ghpozWrDGnSNhRXo2ZCu0KHRDiUMAVEGzLJC"
                        + ".oDhRoeIja9J1iLIv9ptDJMfQ",
                "pbkdf2_sha256$1000$seasalt2$vVHZGEs7v6quz+ZQJ3YUviKmZHPrpr5OATMMKlICjVY=",
                "$scrypt$ln=10,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$KhW5KLACpfR1HRqSPdg8ODHC9nzhpv0EHEqfwm5GJX4",
                "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
                "$2y$05$abcdefghijklmnopqrstuOfi/H8AxlbJlZweST/gkOVIXsxXG3sJO",
                "$2a$05$abcdefghijklmnopqrstuOfi/H8AxlbJlZweST/gkOVIXsxXG3sJO",
                "$2a$05$abcdefghijklmnopqrstuSfi/H8AxlbJlZweST/gkOVIXsxXG3sJO", // bits beyond the salt
                "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuaBT8mpw5tGdD3eO40znWcQP/dT9hEVK"
            })
    void whatOthersHashedOpensForThePasswordAlone(String hash) throws Exception {
        StoredHash stored = forms.read(hash, LIMITS);

        assertTrue(stored.matches(PASSWORD));
        assertFalse(stored.matches(PASSWORD + "x"));
        assertFalse(stored.matches(""));
        assertFalse(stored.matches(PASSWORD.toUpperCase(java.util.Locale.ROOT)));
    }

    @Test
    void publishedVectorsMatch() throws Exception {
        assertTrue(
                matches("$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D", "pleaseletmein"));
        // RFC 7914 section 12
        assertTrue(matches(
                "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
                        + "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
                "pleaseletmein"));
        // the reference implementation's test.c
        assertTrue(matches(
                "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ", "password"));
        assertTrue(matches(
                "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA", "password"));
        assertTrue(matches(
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"));
        assertFalse(matches(
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "passwore"));
    }

    @Test
    void eachVariantOfArgon2IsItsOwn() throws Exception {
        for (Argon2Factory.Argon2Types type : Argon2Factory.Argon2Types.values()) {
            String hash = Argon2Factory.create(type, 16, 32).hash(2, 256, 2, PASSWORD.toCharArray());
            assertTrue(matches(hash, PASSWORD), hash);
            assertFalse(matches(hash, "another"), hash);
        }
    }

    /** As the systems do that made the hash: nobody could sign in otherwise. */
    @Test
    void bcryptReadsSeventyTwoBytes() throws Exception {
        String hash = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe"; // of 80 times an a
        assertTrue(matches(hash, "a".repeat(80)));
        assertTrue(matches(hash, "a".repeat(72) + "b"));
        assertFalse(matches(hash, "a".repeat(71)));
        assertFalse(matches(hash, "a".repeat(71) + "b"));
    }

    private boolean matches(String hash, String password) throws UnsupportedHashException {
        return forms.read(hash, LIMITS).matches(password);
    }

    /** Each would take gigabytes, minutes or threads without end: refused before anything is computed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2d$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=4000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=8192,t=3,p=999$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=9999999999,t=9999999999,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$2b$31$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
                "$2b$15$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
                "$pbkdf2-sha256$i=2000001$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
                "pbkdf2_sha512$999999999$seasalt2$vVHZGEs7v6quz+ZQJ3YUviKmZHPrpr5OATMMKlICjVY=",
                "$scrypt$ln=25,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$KhW5KLACpfR1HRqSPdg8ODHC9nzhpv0EHEqfwm5GJX4",
                "$scrypt$ln=16,r=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$KhW5KLACpfR1HRqSPdg8ODHC9nzhpv0EHEqfwm5GJX4",
                "$scrypt$ln=1,r=32,p=65536$MDEyMzQ1Njc4OWFiY2RlZg$KhW5KLACpfR1HRqSPdg8ODHC9nzhpv0EHEqfwm5GJX4",
                "$scrypt$ln=14,r=8,p=60000$MDEyMzQ1Njc4OWFiY2RlZg$KhW5KLACpfR1HRqSPdg8ODHC9nzhpv0EHEqfwm5GJX4",
                "$scrypt$ln=30,r=65535,p=1$MDEyMzQ1Njc4OWFiY2RlZg$KhW5KLACpfR1HRqSPdg8ODHC9nzhpv0EHEqfwm5GJX4",
                "$7$zzzzzzzzzzzSodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D"
            })
    void hostileCostIsRefused(String hash) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(2),
                () -> assertThrows(UnsupportedHashException.class, () -> forms.read(hash, LIMITS)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "!",
                "secret",
                "5f4dcc3b5aa765d61d8327deb882cf99",
                "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
                "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/",
                "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
                "{noop}secret",
                "{bcrypt}$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
                "$2x$05$abcdefghijklmnopqrstuOfi/H8AxlbJlZweST/gkOVIXsxXG3sJO",
                "$2b$03$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
                "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6C",
                "$argon2id$v=18$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=64,t=1,p=1,keyid=a$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=64,t=1,p=1$c29t$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", // salt of 3 bytes
                "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFh", // hash of 3 bytes
                "$argon2id$v=19$m=64,t=1,p=9$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$pbkdf2-md5$1000$MDEyMzQ1Njc4OWFiY2RlZg$wmIXv0mv7iouqkc9CKjRvCX21po",
                "$pbkdf2-sha256$0$MDEyMzQ1Njc4OWFiY2RlZg$wmIXv0mv7iouqkc9CKjRvCX21po",
                "$pbkdf2-sha256$i=1000,l=16$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
                "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$A",
                "$scrypt$ln=0,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$KhW5KLACpfR1HRqSPdg8ODHC9nzhpv0EHEqfwm5GJX4"
            })
    void whatCannotBeComparedIsRefusedWithoutQuotingIt(String text) {
        UnsupportedHashException refused = assertThrows(UnsupportedHashException.class, () -> forms.read(text, LIMITS));

        assertFalse(text.length() > 3 && refused.getMessage().contains(text), refused.getMessage());
    }

    @Test
    void aHashIsBounded() {
        String longSalt = "$pbkdf2-sha256$1000$" + "A".repeat(600) + "$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI";

        assertEquals(
                "is longer than 512 characters",
                assertThrows(UnsupportedHashException.class, () -> forms.read(longSalt, LIMITS))
                        .getMessage());
    }
}
