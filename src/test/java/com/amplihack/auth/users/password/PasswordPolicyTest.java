package com.amplihack.auth.users.password;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordPolicyTest {
    private final Configuration configuration = new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of()));
    private final PasswordPolicy policy = new PasswordPolicy(configuration, new BreachedPasswords(configuration));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "passwordpassword",
                "password-password",
                "PassWord PassWord 1",
                "123456789012345",
                "qwertyuiopasdfghjkl",
                "1qaz2wsx3edc4rfv",
                "aaaaaaaaaaaaaaa",
                "abcabcabcabcabcabc",
                "iloveyouiloveyou",
                "momsanaladventure", // stands in the list
                "eva.the.great.of.sheba", // the name itself
                "EVATHEGREATOFSHEBA",
                "amplihackamplihack",
                "amplihack-amplihack",
                "amplihack-auth-1",
                "testpassword123",
                "TestPassword123!",
                "test-password-123",
                "t3stp4$$w0rd123",
                "Summer2026Summer2026",
                "summer-2026-summer-2026",
                "administrator123",
                "1q2w3e4r5t6y7u8i9o0p",
                "qwertzuiopasdfghjkl",
                "eva-sheba-great-1", // parts of the name
                "Sheba.Great.2026"
            })
    void theCommonestAndTheNamesAreRefused(String password) {
        AuthException refused = assertThrows(AuthException.class, () -> require(password));

        assertEquals(ErrorCode.WEAK_PASSWORD, refused.code());
        assertTrue(refused.getMessage().startsWith("new_password: too common"), refused.getMessage());
        assertFalse(refused.getMessage().contains(password), "it is not repeated");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct horse battery staple",
                "four words and a comma,",
                "only lower case letters",
                "ein ganz anderer satz",
                "my cat eats 3 old socks",
                "пятнадцать букв да",
                "一二三四五六七八九十鼠牛虎兔龙"
            })
    void whatIsLongAndUncommonIsTakenWhateverItIsMadeOf(String password) {
        assertDoesNotThrow(() -> require(password));
    }

    @Test
    void theNamesAreInMindWhateverLanguageTheMachineSpeaks() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(new Locale("tr", "TR"));
            for (String name : List.of("ILGIN ISIKLI KISI", "\u0130lgin I\u015f\u0131kl\u0131")) {
                for (String password : List.of(name, name + " 1", name.toLowerCase(Locale.ROOT) + "-1")) {
                    assertThrows(
                            AuthException.class, () -> policy.require("password", name, Secret.of(password)), password);
                }
            }
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aPasswordIsMeasuredHoweverItsLettersAreComposed() {
        String longest = "\u00dcber f\u00fcnf gr\u00fcne H\u00fcgel z\u00f6gert der B\u00e4r; "
                .repeat(4)
                .substring(0, 128);
        assertDoesNotThrow(() -> require(Normalizer.normalize(longest, Normalizer.Form.NFD)));
        assertThrows(AuthException.class, () -> require(Normalizer.normalize(longest + "\u00e4", Normalizer.Form.NFD)));
        String short14 = "z\u00ebk\u00f6n\u00efg\u00efn-5\u00fc\u00e4\u00f6";
        assertEquals(14, short14.length());
        assertThrows(AuthException.class, () -> require(Normalizer.normalize(short14, Normalizer.Form.NFD)));
    }

    @Test
    void lengthsAreCountedInCodePoints() {
        assertDoesNotThrow(() -> require("🐴🔋📎🦊🐙🌵🎈🧊🪁🥁🛶🧭🪴🎻🧵")); // 15, each two Java characters
        assertThrows(AuthException.class, () -> require("🐴🔋📎🦊🐙🌵🎈🧊🪁🥁🛶🧭🪴🎻"));
        String word = "a long word, and a longer one; ";
        assertDoesNotThrow(() -> require(word.repeat(5).substring(0, 128)));
        AuthException refused =
                assertThrows(AuthException.class, () -> require(word.repeat(5).substring(0, 129)));
        assertEquals("new_password: 15 to 128 characters.", refused.getMessage());
    }

    private void require(String password) {
        policy.require("new_password", "eva.the.great.of.sheba", Secret.of(password));
    }
}
