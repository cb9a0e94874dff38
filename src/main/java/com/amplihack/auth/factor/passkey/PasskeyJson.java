package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;

/** A passkey as JSON for its owner. */
public final class PasskeyJson {
    private static final JsonProvider JSON = StrictJson.provider();

    private PasskeyJson() {}

    public static JsonObjectBuilder of(PasskeyRecord passkey) {
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("id", passkey.id())
                .add("name", passkey.name())
                .add("created_at", passkey.createdAt().toString());
        passkey.lastUsedAt()
                .ifPresentOrElse(used -> json.add("last_used_at", used.toString()), () -> json.addNull("last_used_at"));
        return json.add("sign_count", passkey.signCount())
                .add("backup_eligible", passkey.backupEligible())
                .add("backed_up", passkey.backedUp())
                .add("transports", JSON.createArrayBuilder(passkey.transports()))
                .add("aaguid", passkey.aaguid());
    }
}
