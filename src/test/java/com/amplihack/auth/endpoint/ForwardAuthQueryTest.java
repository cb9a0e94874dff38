package com.amplihack.auth.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.StepUp;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardAuthQueryTest {
    @Test
    void everyPermissionAndRoleIsAskedFor() {
        ForwardAuthQuery query =
                ForwardAuthQuery.parse("permission=chat%3Awrite&role=admin&x=y&permission=a+b&role=user");
        assertEquals(List.of("chat:write", "a b"), query.permissions());
        assertEquals(List.of("admin", "user"), query.roles());
    }

    @Test
    void whatIsNotOursIsIgnored() {
        ForwardAuthQuery nothing = new ForwardAuthQuery(List.of(), List.of(), Optional.empty());
        assertEquals(nothing, ForwardAuthQuery.parse(null));
        assertEquals(nothing, ForwardAuthQuery.parse(""));
        assertEquals(nothing, ForwardAuthQuery.parse("&&=&x=%zz&Permission=a&permissions=b&%70ermission=c"));
    }

    /** RFC 9470: the shortest age and the strongest class of all that are asked for. */
    @Test
    void theStrictestAuthenticationIsAskedFor() {
        assertEquals(
                Optional.of(new StepUp(Optional.of(Duration.ofSeconds(60)), true)),
                ForwardAuthQuery.parse(
                                "max_age=900&max_age=60&acr=urn:amplihack:mfa&max_age=300&acr=urn%3Aamplihack%3Apwd")
                        .stepUp());
        assertEquals(
                Optional.of(new StepUp(Optional.empty(), false)),
                ForwardAuthQuery.parse("acr=urn:amplihack:pwd").stepUp());
        assertEquals(
                Optional.of(new StepUp(Optional.of(Duration.ZERO), false)),
                ForwardAuthQuery.parse("max_age=0").stepUp());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permission",
                "permission=",
                "role=%20",
                "role=&role=admin",
                "permission=%zz",
                "max_age",
                "max_age=-1",
                "max_age=1x",
                "acr=",
                "acr=mfa"
            })
    void aRuleThatSaysNothingLetsNobodyThrough(String query) {
        AuthException refused = assertThrows(AuthException.class, () -> ForwardAuthQuery.parse(query));
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
    }
}
