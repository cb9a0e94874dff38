package com.amplihack.auth.users;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Secret;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordPolicyTest {
    private final PasswordPolicy policy =
            new PasswordPolicy(new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of())));

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
                "amplihack-auth-1"
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
                "TestPassword123!",
                "пятнадцать букв да",
                "一二三四五六七八九十鼠牛虎兔龙"
            })
    void whatIsLongAndUncommonIsTakenWhateverItIsMadeOf(String password) {
        assertDoesNotThrow(() -> require(password));
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
