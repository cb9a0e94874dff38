package com.amplihack.auth.keys.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.keys.TestKeys;
import com.amplihack.auth.keys.ring.SigningKey;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFilesTest {
    @TempDir
    Path temporary;

    private Path directory;
    private Path privateFile;
    private Path publicFile;

    @BeforeEach
    void name() {
        directory = temporary.resolve("a/keys");
        privateFile = directory.resolve("jwt_private.pem");
        publicFile = directory.resolve("jwt_public.pem");
    }

    @Tag("fault-32")
    @Test
    void madeKeyIsForItsOwnerAlone() throws IOException {
        read();
        assertEquals("rwx------", mode(directory));
        assertEquals("r--------", mode(privateFile));
        assertEquals("r--r--r--", mode(publicFile));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(
                    List.of(".lock", "jwt_private.pem", "jwt_public.pem"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void madeKeyHasTheSizeAndExponentAskedFor() throws Exception {
        RSAPublicKey key = read().jwk().toRSAPublicKey();
        assertEquals(2048, key.getModulus().bitLength());
        assertEquals(BigInteger.valueOf(65_537), key.getPublicExponent());
    }

    @Tag("fault-6")
    @Test
    void secondReadGivesTheSameKey() {
        SigningKey first = read();
        SigningKey second = read();
        assertEquals(first.kid(), second.kid());
        assertEquals(first.jwk(), second.jwk());
    }

    @Test
    void twoDirectoriesHaveTwoKeys() {
        SigningKey first = read();
        SigningKey other = new KeyFiles(settings(temporary.resolve("b"), Optional.empty()), true).readOrMake();
        assertNotEquals(first.kid(), other.kid());
    }

    @Test
    void signerAndVerifierBelongTogether() throws Exception {
        SigningKey key = read();
        byte[] input = "input".getBytes(US_ASCII);
        JWSHeader header = new JWSHeader(JWSAlgorithm.RS256);
        assertTrue(key.verifier().verify(header, input, key.signer().sign(header, input)));
    }

    @Tag("fault-6")
    @Test
    void kidIsTheThumbprintOfRfc7638() throws Exception {
        SigningKey key = read();
        RSAPublicKey publicKey = key.jwk().toRSAPublicKey();
        byte[] modulus = publicKey.getModulus().toByteArray(); // with a sign byte
        String n = base64url(Arrays.copyOfRange(modulus, modulus.length - 256, modulus.length));
        String canonical = "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"" + n + "\"}";
        byte[] thumbprint = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(US_ASCII));
        assertEquals(base64url(thumbprint), key.kid());
        assertEquals(key.kid(), key.jwk().getKeyID());
    }

    @Test
    void publishedHalfHoldsNothingPrivate() {
        SigningKey key = read();
        assertFalse(key.jwk().isPrivate());
        assertEquals(
                "alg e kid kty n use",
                key.jwk().toJSONObject().keySet().stream().sorted().collect(Collectors.joining(" ")));
        assertEquals("SigningKey[" + key.kid() + "]", key.toString());
    }

    @Tag("fault-32")
    @Test
    void passphraseEncryptsTheFile() throws IOException {
        SigningKey made = read("opensesame");
        String text = Files.readString(privateFile);
        assertTrue(text.startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"), text);
        assertFalse(text.contains("BEGIN PRIVATE"), text);
        assertEquals(made.kid(), read("opensesame").kid());
    }

    @Test
    void withoutAPassphraseTheFileIsPlainPkcs8() throws IOException {
        read();
        assertTrue(Files.readString(privateFile).startsWith("-----BEGIN PRIVATE KEY-----"));
    }

    @Test
    void wrongPassphraseIsOneSentence() {
        read("opensesame");
        assertEquals(
                "jwt.key.path: " + privateFile + " cannot be decrypted with jwt.key.passphrase",
                refusal(() -> read("closesesame")));
    }

    @Test
    void missingPassphraseIsOneSentence() {
        read("opensesame");
        assertEquals(
                "jwt.key.path: " + privateFile + " is encrypted, but jwt.key.passphrase is not set",
                refusal(this::read));
    }

    @Test
    void passphraseOverAPlainFileIsNoObstacle() {
        assertEquals(read().kid(), read("opensesame").kid());
    }

    @Test
    void missingPublicHalfIsWrittenAgain() throws IOException {
        SigningKey made = read();
        byte[] before = Files.readAllBytes(publicFile);
        Files.delete(publicFile);
        assertEquals(made.kid(), read().kid());
        assertArrayEquals(before, Files.readAllBytes(publicFile));
        assertEquals("r--r--r--", mode(publicFile));
    }

    @Test
    void orphanPublicHalfDoesNotKeepAKeyFromBeingMade() throws IOException {
        SigningKey lost = read();
        Files.delete(privateFile);
        SigningKey made = read();
        assertNotEquals(lost.kid(), made.kid());
        assertEquals(made.kid(), read().kid());
    }

    @ParameterizedTest
    @CsvSource({
        "-traditional,                    BEGIN RSA PRIVATE KEY",
        "-traditional -aes128 -passout pass:opensesame, BEGIN RSA PRIVATE KEY",
        "'',                              BEGIN PRIVATE KEY",
        "-aes256 -passout pass:opensesame, BEGIN ENCRYPTED PRIVATE KEY"
    })
    void pairMadeByOpensslIsAdopted(String options, String begins) throws Exception {
        openssl("genrsa -out plain.pem 2048");
        openssl("rsa -in plain.pem -pubout -out jwt_public.pem");
        if (options.startsWith("-traditional")) {
            openssl("rsa -in plain.pem " + options + " -out jwt_private.pem");
        } else {
            openssl("pkey -in plain.pem " + options + " -out jwt_private.pem");
        }
        assertTrue(Files.readString(privateFile).contains(begins));
        byte[] privateBytes = Files.readAllBytes(privateFile);
        byte[] publicBytes = Files.readAllBytes(publicFile);
        SigningKey key = read("opensesame");
        assertArrayEquals(privateBytes, Files.readAllBytes(privateFile));
        assertArrayEquals(publicBytes, Files.readAllBytes(publicFile));
        String der = Files.readString(publicFile).replaceAll("-----[A-Z ]+-----|\\s", "");
        assertEquals(
                der,
                Base64.getEncoder().encodeToString(key.jwk().toRSAPublicKey().getEncoded()));
    }

    @Test
    void shortKeyIsRefused() throws Exception {
        put(TestKeys.rsa(1024, RSAKeyGenParameterSpec.F4));
        assertEquals("jwt.key.path: " + privateFile + " has 1024 bits, at least 2048 are needed", refusal(this::read));
    }

    @Test
    void exponentOtherThan65537IsRefused() throws Exception {
        put(TestKeys.rsa(2048, RSAKeyGenParameterSpec.F0));
        assertEquals("jwt.key.path: " + privateFile + " has another public exponent than 65537", refusal(this::read));
    }

    @Test
    void keyThatCanBeFactoredBecauseOfItsGeneratorIsRefused() throws Exception {
        put(TestKeys.rocaWeak());
        assertEquals(
                "jwt.key.path: " + privateFile
                        + " was made by a generator whose keys can be factored (ROCA, CVE-2017-15361)",
                refusal(this::read));
    }

    @Test
    void keyThatTakesTooLongToSignWithIsRefused() throws Exception {
        BigInteger modulus = BigInteger.ONE.shiftLeft(8192).setBit(0);
        BigInteger one = BigInteger.ONE;
        PrivateKey key = KeyFactory.getInstance("RSA")
                .generatePrivate(
                        new RSAPrivateCrtKeySpec(modulus, RSAKeyGenParameterSpec.F4, one, one, one, one, one, one));
        put(new KeyPair(TestKeys.rsa(2048, RSAKeyGenParameterSpec.F4).getPublic(), key));
        assertEquals("jwt.key.path: " + privateFile + " has 8193 bits, at most 8192 are used", refusal(this::read));
    }

    @Test
    void damagedPrivateHalfIsRefused() throws Exception {
        KeyPair pair = TestKeys.rsa(2048, RSAKeyGenParameterSpec.F4);
        RSAPrivateCrtKey good = (RSAPrivateCrtKey) pair.getPrivate();
        PrivateKey damaged = KeyFactory.getInstance("RSA")
                .generatePrivate(new RSAPrivateCrtKeySpec(
                        good.getModulus(),
                        good.getPublicExponent(),
                        good.getPrivateExponent(),
                        good.getPrimeP(),
                        good.getPrimeQ(),
                        good.getPrimeExponentP().flipBit(9),
                        good.getPrimeExponentQ(),
                        good.getCrtCoefficient()));
        put(new KeyPair(pair.getPublic(), damaged));
        assertEquals(
                "jwt.key.path: " + privateFile + " is damaged: what it signs cannot be verified", refusal(this::read));
    }

    @Test
    void halvesOfTwoPairsAreRefused() throws Exception {
        KeyPair one = TestKeys.rsa(2048, RSAKeyGenParameterSpec.F4);
        KeyPair other = TestKeys.rsa(2048, RSAKeyGenParameterSpec.F4);
        put(new KeyPair(other.getPublic(), one.getPrivate()));
        assertEquals("jwt.key.path: " + privateFile + " and jwt_public.pem are not a pair", refusal(this::read));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "Ed25519", "X25519", "DSA", "DH", "RSASSA-PSS"})
    void keyOfAnotherKindIsRefused(String kind) throws Exception {
        put(KeyPairGenerator.getInstance(kind).generateKeyPair());
        assertEquals("jwt.key.path: " + privateFile + " is not an RSA private key", refusal(this::read));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "-----BEGIN PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nAAAAA\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
                "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
                "-----BEGIN SOMETHING-----\nMAA=\n-----END SOMETHING-----\n",
                "\u00fc"
            })
    void garbageIsRefusedInOneSentenceAndKept(String garbage) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(privateFile, garbage);
        String message = refusal(() -> read("opensesame"));
        assertTrue(message.startsWith("jwt.key.path: "), message);
        assertTrue(message.contains(directory.toString()), message);
        assertEquals(1, message.lines().count(), message);
        assertEquals(garbage, Files.readString(privateFile));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n",
                "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n"
            })
    void garbageAsPublicHalfIsRefusedInOneSentence(String garbage) throws IOException {
        read();
        Files.delete(publicFile);
        Files.writeString(publicFile, garbage);
        String message = refusal(this::read);
        assertTrue(message.startsWith("jwt.key.path: "), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Tag("fault-32")
    @ParameterizedTest
    @ValueSource(strings = {"r--r-----", "rw-r--r--", "r-----r--"})
    void keyThatOthersCanReadIsRefusedInProductionOnly(String mode) throws IOException {
        SigningKey made = read();
        Files.setPosixFilePermissions(privateFile, PosixFilePermissions.fromString(mode));
        assertEquals(
                "jwt.key.path: " + privateFile + " can be read by others than its owner: chmod 0400",
                refusal(this::read));
        assertEquals(
                made.kid(),
                new KeyFiles(settings(Optional.empty()), false).readOrMake().kid());
    }

    @Test
    void directoryThatIsAFileIsRefused() throws IOException {
        Files.createDirectories(directory.getParent());
        Files.writeString(directory, "x");
        String message = refusal(this::read);
        assertTrue(message.startsWith("jwt.key.path: the key directory " + directory + " cannot be used ("), message);
    }

    @Tag("fault-32")
    @Test
    void racingThreadsMakeOneKey() throws Exception {
        int threads = 8;
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<String>> racers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                racers.add(() -> {
                    start.await();
                    return read().kid();
                });
            }
            List<String> kids = new ArrayList<>();
            for (Future<String> racer : pool.invokeAll(racers)) {
                kids.add(racer.get());
            }
            assertEquals(1, kids.stream().distinct().count(), kids::toString);
            assertEquals(kids.get(0), read().kid());
        } finally {
            pool.shutdownNow();
        }
    }

    private SigningKey read() {
        return new KeyFiles(settings(Optional.empty()), true).readOrMake();
    }

    /** Outside production, since adopted files come with the mode that their maker gave them. */
    private SigningKey read(String passphrase) {
        return new KeyFiles(settings(Optional.of(Secret.of(passphrase))), false).readOrMake();
    }

    @Test
    void pairsArePreparedForADirectoryWithNoKeyAlone() throws IOException {
        assertTrue(KeyDirectory.isEmpty(settings(Optional.empty())));
        read();
        assertFalse(KeyDirectory.isEmpty(settings(Optional.empty())), "a pair to adopt");
        Files.delete(privateFile);
        Files.writeString(directory.resolve("ring.json"), "{}");
        assertFalse(KeyDirectory.isEmpty(settings(Optional.empty())), "a ring");
    }

    private KeySettings settings(Optional<Secret> passphrase) {
        return settings(directory, passphrase);
    }

    private static KeySettings settings(Path directory, Optional<Secret> passphrase) {
        return new KeySettings(
                directory, Optional.empty(), passphrase, 2048, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    }

    private static String refusal(Callable<?> action) {
        return assertThrows(InvalidSettingException.class, action::call).getMessage();
    }

    private void put(KeyPair pair) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(privateFile, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Files.writeString(publicFile, pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        Files.setPosixFilePermissions(privateFile, PosixFilePermissions.fromString("r--------"));
    }

    private static String pem(String kind, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
    }

    private void openssl(String arguments) throws Exception {
        Files.createDirectories(directory);
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" +")));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException absent) {
            Assumptions.abort("no openssl here");
            return;
        }
        String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertEquals(0, process.waitFor(), output);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
