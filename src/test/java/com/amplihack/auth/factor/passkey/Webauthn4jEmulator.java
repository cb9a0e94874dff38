package com.amplihack.auth.factor.passkey;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * WebAuthn4J's emulator of a browser and an authenticator ({@code webauthn4j-test}). It is of an older line than the library that
 * verifies, and needs an older Jackson, so it has a class loader of its own ({@code target/webauthn4j-emulator}, see pom.xml) and
 * is spoken to in JSON and bytes.
 */
final class Webauthn4jEmulator {
    private static final String DATA = "com.webauthn4j.data.";
    private static final String TEST = "com.webauthn4j.test.";
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    private static final ClassLoader LOADER = loader();

    private final Object json;
    private final Object authenticator;
    private final Object client;

    /** A browser at this origin, with an authenticator without attestation. */
    Webauthn4jEmulator(String origin) {
        json = call(make("com.webauthn4j.converter.util.ObjectConverter"), "getJsonConverter");
        authenticator = make(TEST + "authenticator.webauthn.NoneAttestationAuthenticator");
        Object adaptor = make(TEST + "authenticator.webauthn.WebAuthnAuthenticatorAdaptor", authenticator);
        client = make(TEST + "client.ClientPlatform", origin(origin), adaptor);
    }

    private static ClassLoader loader() {
        File[] jars = Objects.requireNonNull(
                new File("target/webauthn4j-emulator").listFiles((folder, name) -> name.endsWith(".jar")),
                "mvn generate-test-resources brings the emulator");
        List<URL> urls = new ArrayList<>();
        for (File jar : jars) {
            try {
                urls.add(jar.toURI().toURL());
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** Moves the browser to another origin. */
    Webauthn4jEmulator at(String origin) {
        call(client, "setOrigin", origin(origin));
        return this;
    }

    /** Sets the signature counter back, or ahead, to a value; the next answer carries one more. */
    Webauthn4jEmulator counter(int value) {
        set("counter", value);
        return this;
    }

    /** Lets the authenticator take its keys for those of another RP id, as an honest one would not. */
    Webauthn4jEmulator answersFor(String rpId) {
        Map<Object, Object> credentials = credentials();
        for (Map.Entry<Object, Object> one : List.copyOf(credentials.entrySet())) {
            Object handle = call(one.getKey(), "getUserHandle");
            call(one.getValue(), "setRpId", rpId);
            credentials.put(make(TEST + "authenticator.webauthn.CredentialMapKey", rpId, handle), one.getValue());
        }
        return this;
    }

    /** Signs from now on with the keys of another authenticator, under the credential ids of this one. */
    Webauthn4jEmulator withTheKeyOf(Webauthn4jEmulator other) {
        Object stolen = other.credentials().values().iterator().next();
        for (Object mine : credentials().values()) {
            call(mine, "setPrivateKey", call(stolen, "getPrivateKey"));
        }
        return this;
    }

    /** A {@code RegistrationResponseJSON}. */
    JsonObject create(JsonObject options) {
        Object credential = call(client, "create", read(options, "PublicKeyCredentialCreationOptions"));
        Object response = call(credential, "getResponse");
        return credential(
                credential,
                Json.createObjectBuilder()
                        .add("clientDataJSON", bytes(response, "getClientDataJSON"))
                        .add("attestationObject", bytes(response, "getAttestationObject"))
                        .add("transports", Json.createArrayBuilder().add("internal")));
    }

    /** An {@code AuthenticationResponseJSON}. */
    JsonObject get(JsonObject options) {
        return assertion(call(client, "get", read(options, "PublicKeyCredentialRequestOptions")));
    }

    /** One whose client data say that it was made for a registration. */
    JsonObject getAsIfCreating(JsonObject options) {
        Object request = read(options, "PublicKeyCredentialRequestOptions");
        Object type = constant(DATA + "client.ClientDataType", "WEBAUTHN_CREATE");
        Object data = call(client, "createCollectedClientData", type, call(request, "getChallenge"));
        return assertion(call(client, "get", request, data));
    }

    private JsonObject assertion(Object credential) {
        Object response = call(credential, "getResponse");
        JsonObjectBuilder parts = Json.createObjectBuilder()
                .add("clientDataJSON", bytes(response, "getClientDataJSON"))
                .add("authenticatorData", bytes(response, "getAuthenticatorData"))
                .add("signature", bytes(response, "getSignature"));
        if (call(response, "getUserHandle") != null) {
            parts.add("userHandle", bytes(response, "getUserHandle"));
        }
        return credential(credential, parts);
    }

    private static JsonObject credential(Object credential, JsonObjectBuilder response) {
        String id = bytes(credential, "getRawId");
        return Json.createObjectBuilder()
                .add("id", id)
                .add("rawId", id)
                .add("type", "public-key")
                .add("clientExtensionResults", Json.createObjectBuilder())
                .add("response", response)
                .build();
    }

    private Object read(JsonObject options, String type) {
        return call(json, "readValue", options.toString(), type(DATA + type));
    }

    private static String bytes(Object of, String getter) {
        return BASE64URL.encodeToString((byte[]) call(of, getter));
    }

    private static Object origin(String origin) {
        return make(DATA + "client.Origin", origin);
    }

    @SuppressWarnings("unchecked")
    private Map<Object, Object> credentials() {
        try {
            return (Map<Object, Object>) field("credentialMap").get(authenticator);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private void set(String name, Object value) {
        try {
            field(name).set(authenticator, value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Field field(String name) throws ReflectiveOperationException {
        Field field =
                type(TEST + "authenticator.webauthn.WebAuthnModelAuthenticator").getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name, true, LOADER);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object constant(String type, String name) {
        try {
            return type(type).getField(name).get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object make(String name, Object... arguments) {
        try {
            for (var constructor : type(name).getDeclaredConstructors()) {
                if (accepts(constructor.getParameterTypes(), arguments)) {
                    constructor.setAccessible(true);
                    return constructor.newInstance(arguments);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw failure(e);
        }
        throw new IllegalStateException("no constructor of " + name);
    }

    private static Object call(Object of, String name, Object... arguments) {
        try {
            for (Method method : of.getClass().getMethods()) {
                if (method.getName().equals(name) && accepts(method.getParameterTypes(), arguments)) {
                    method.setAccessible(true);
                    return method.invoke(of, arguments);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw failure(e);
        }
        throw new IllegalStateException("no method " + name + " of " + of.getClass());
    }

    /** What the emulator itself refuses: there is no such credential, or it is excluded. */
    private static RuntimeException failure(ReflectiveOperationException e) {
        Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
        return new IllegalStateException(cause.getClass().getSimpleName() + ": " + cause.getMessage(), cause);
    }

    private static boolean accepts(Class<?>[] types, Object... arguments) {
        if (types.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            if (!types[i].isInstance(arguments[i])) {
                return false;
            }
        }
        return true;
    }
}
