package com.amplihack.auth.factor.passkey;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A passkey of an account: a credential record (WebAuthn Level 3, section 4) without the attestation. */
@Entity
@Table(name = "auth_passkey")
public class PasskeyRecord {
    /**
     * What the answer of a new authenticator says.
     *
     * @param publicKey a COSE_Key in base64url
     */
    record Made(
            String id,
            String publicKey,
            String aaguid,
            long signCount,
            List<String> transports,
            boolean backupEligible,
            boolean backedUp) {}

    private static final String SEPARATOR = " ";

    @Id
    private String id;

    @Column(name = "account_id")
    private String accountId;

    private String name;

    @Column(name = "public_key")
    private String publicKey;

    @Column(name = "sign_count")
    private long signCount;

    private String transports;

    private String aaguid;

    @Column(name = "backup_eligible")
    private boolean backupEligible;

    @Column(name = "backed_up")
    private boolean backedUp;

    /** Milliseconds since the epoch, which every database stores without loss. */
    @Column(name = "created_at")
    private long createdAt;

    @Column(name = "last_used_at")
    private @Nullable Long lastUsedAt;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected PasskeyRecord() {}

    PasskeyRecord(String accountId, String name, Made made, Instant now) {
        this.id = made.id();
        this.accountId = accountId;
        this.name = name;
        this.publicKey = made.publicKey();
        this.signCount = made.signCount();
        this.transports = String.join(SEPARATOR, made.transports());
        this.aaguid = made.aaguid();
        this.backupEligible = made.backupEligible();
        this.backedUp = made.backedUp();
        this.createdAt = now.toEpochMilli();
    }

    /** The credential id in base64url. */
    public String id() {
        return id;
    }

    public String accountId() {
        return accountId;
    }

    public String name() {
        return name;
    }

    void name(String other) {
        name = other;
    }

    /** The public key as a COSE_Key (RFC 9052 section 7). */
    byte[] publicKey() {
        return Base64Url.decode(publicKey).orElseThrow();
    }

    /** How often the authenticator says that it has signed; 0 if it does not count (section 6.1.1). */
    public long signCount() {
        return signCount;
    }

    /** How the browser says that it reaches the authenticator, such as {@code internal}, {@code hybrid} and {@code usb}. */
    public List<String> transports() {
        return transports.isEmpty() ? List.of() : List.of(transports.split(SEPARATOR));
    }

    /** The model of the authenticator, by its own word; all zeros if it does not say. */
    public String aaguid() {
        return aaguid;
    }

    /** Whether it can be on several devices, as one that a password manager keeps. */
    public boolean backupEligible() {
        return backupEligible;
    }

    /** Whether it was backed up when it was last used. */
    public boolean backedUp() {
        return backedUp;
    }

    public Instant createdAt() {
        return Instant.ofEpochMilli(createdAt);
    }

    /** Empty if it was never used since it was made. */
    public Optional<Instant> lastUsedAt() {
        return Optional.ofNullable(lastUsedAt).map(Instant::ofEpochMilli);
    }
}
