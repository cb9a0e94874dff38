package com.amplihack.auth.store.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A script from {@code /lua}, with {@code prelude.lua} and the libraries that it names in front. */
public final class LuaScript {
    private final String text;
    private final String sha1;

    LuaScript(String name, String... libraries) {
        StringBuilder parts = new StringBuilder(read("prelude.lua"));
        for (String library : libraries) {
            parts.append(read(library + ".lua"));
        }
        text = parts.append(read(name + ".lua")).toString();
        sha1 = sha1(text);
    }

    public String text() {
        return text;
    }

    /** The digest by which {@code EVALSHA} names the script. */
    public String sha1() {
        return sha1;
    }

    private static String read(String name) {
        try (InputStream in = LuaScript.class.getResourceAsStream("/lua/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Redis identifies scripts by SHA-1; security does not depend on it. */
    private static String sha1(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
