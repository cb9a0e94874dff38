package com.amplihack.auth.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.util.List;
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
        ForwardAuthQuery nothing = new ForwardAuthQuery(List.of(), List.of());
        assertEquals(nothing, ForwardAuthQuery.parse(null));
        assertEquals(nothing, ForwardAuthQuery.parse(""));
        assertEquals(nothing, ForwardAuthQuery.parse("&&=&x=%zz&Permission=a&permissions=b&%70ermission=c"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"permission", "permission=", "role=%20", "role=&role=admin", "permission=%zz"})
    void aRuleThatSaysNothingLetsNobodyThrough(String query) {
        AuthException refused = assertThrows(AuthException.class, () -> ForwardAuthQuery.parse(query));
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
    }
}
