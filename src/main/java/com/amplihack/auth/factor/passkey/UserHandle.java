package com.amplihack.auth.factor.passkey;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.security.SecureRandom;

/**
 * The user handle of an account: 64 random bytes, which an authenticator stores and tells whoever finds it nothing about the
 * account (WebAuthn Level 3, section 14.6.1). Its row is the lock of the account's passkeys.
 */
@Entity
@Table(name = "auth_user_handle")
public class UserHandle {
    private static final int BYTES = 64;
    private static final SecureRandom RANDOM = new SecureRandom();

    @Id
    private String handle;

    @Column(name = "account_id")
    private String accountId;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected UserHandle() {}

    UserHandle(String accountId) {
        byte[] random = new byte[BYTES];
        RANDOM.nextBytes(random);
        this.handle = Base64Url.encode(random);
        this.accountId = accountId;
    }

    /** In base64url. */
    String handle() {
        return handle;
    }

    String accountId() {
        return accountId;
    }
}
