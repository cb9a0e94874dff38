package com.amplihack.auth.http;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;

/** Stands for the fingerprint reader of the device, which is touched as soon as it is asked. */
final class VirtualAuthenticator {
    private final CDPSession devtools;
    private String id;

    /** @param verifies whether it knows whose finger it is */
    VirtualAuthenticator(Page page, boolean verifies) {
        devtools = page.context().newCDPSession(page);
        JsonObject enable = new JsonObject();
        enable.addProperty("enableUI", false);
        devtools.send("WebAuthn.enable", enable);
        id = plugIn(verifies);
    }

    private String plugIn(boolean verifies) {
        JsonObject options = new JsonObject();
        options.addProperty("protocol", "ctap2");
        options.addProperty("ctap2Version", "ctap2_1");
        options.addProperty("transport", "internal");
        options.addProperty("hasResidentKey", true);
        options.addProperty("hasUserVerification", true);
        options.addProperty("isUserVerified", verifies);
        options.addProperty("automaticPresenceSimulation", true);
        JsonObject arguments = new JsonObject();
        arguments.add("options", options);
        return devtools.send("WebAuthn.addVirtualAuthenticator", arguments)
                .get("authenticatorId")
                .getAsString();
    }

    /** Puts another one, which holds nothing, in its place. */
    void replace(boolean verifies) {
        devtools.send("WebAuthn.removeVirtualAuthenticator", named());
        id = plugIn(verifies);
    }

    /** Whether somebody touches it when it is asked. */
    void touched(boolean touched) {
        JsonObject arguments = named();
        arguments.addProperty("enabled", touched);
        devtools.send("WebAuthn.setAutomaticPresenceSimulation", arguments);
    }

    JsonArray credentials() {
        return devtools.send("WebAuthn.getCredentials", named()).getAsJsonArray("credentials");
    }

    private JsonObject named() {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("authenticatorId", id);
        return arguments;
    }
}
