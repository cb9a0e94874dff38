package com.amplihack.auth.config.webauthn;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.Origin;
import com.amplihack.auth.config.type.PublicUrl;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Passkeys: the domain and the pages that they are for.
 *
 * @param id the RP ID; empty if there is none, and so no passkey
 * @param name that people see when they make a passkey
 * @param origins of the pages; empty if only {@code http://localhost} is allowed, on the port that the request came to
 */
public record WebauthnSettings(Optional<String> id, String name, Set<String> origins) {
    private static final String LOCALHOST = "localhost";
    private static final String LOCAL = "http://" + LOCALHOST;
    private static final int MAX_NAME_LENGTH = 64; // authenticators may cut off what is longer (section 6.4.1.2)

    private static final int MAX_DOMAIN_LENGTH = 253; // RFC 1035 section 2.3.4, without the root

    /** RFC 1123 section 2.1. */
    private static final Pattern LABEL = Pattern.compile("[a-z0-9-]{1,63}");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,63}");

    private static final Setting<String> RP_ID = Setting.of(
                    "auth.webauthn.rp.id",
                    "a domain such as example.com, in ASCII",
                    value -> domain(value.toLowerCase(Locale.ROOT)))
            .example("example.com")
            .says(
                    "the domain that passkeys belong to (RP ID): the host of each of `auth.webauthn.origins`, or a domain above it."
                            + " If not set, the host of `auth.public.url`, in `dev` without one `localhost`. A change makes every passkey"
                            + " useless (docs/passkeys.md)");
    private static final Setting<String> RP_NAME = Setting.of(
                    "auth.webauthn.rp.name",
                    "text of 1 to " + MAX_NAME_LENGTH + " characters without control characters",
                    WebauthnSettings::shownName)
            .byDefault("Amplihack Auth")
            .says("the name of this service in the browser's dialog when somebody makes a passkey");
    private static final Setting<List<String>> ORIGINS = Setting.list(
                    "auth.webauthn.origins",
                    "exact origins with https such as https://app.example.com, or http://localhost with a port",
                    WebauthnSettings::origin)
            .example("https://example.com,https://app.example.com")
            .says(
                    "the origins of the pages that may make and use passkeys. If not set, that of `auth.public.url`, in `dev`"
                            + " without one `http://localhost` on the port that the request came to");

    public WebauthnSettings {
        origins = Set.copyOf(origins);
    }

    /**
     * Reads the settings.
     *
     * @throws InvalidSettingException if the pages cannot use passkeys of that domain
     */
    public static WebauthnSettings read(SettingsReader from, Optional<PublicUrl> publicUrl, boolean production) {
        Optional<String> id = from.find(RP_ID);
        String name = from.read(RP_NAME);
        Set<String> origins = Set.copyOf(from.find(ORIGINS).orElse(List.of()));
        boolean local = !production && publicUrl.isEmpty();
        Optional<String> used = id.or(() -> publicUrl.flatMap(url -> domain(host(url.origin()))))
                .or(() -> local ? Optional.of(LOCALHOST) : Optional.empty());
        Set<String> pages = origins.isEmpty()
                ? publicUrl
                        .map(PublicUrl::origin)
                        .flatMap(WebauthnSettings::origin)
                        .map(Set::of)
                        .orElse(Set.of())
                : origins;
        if (used.isEmpty()) {
            if (!origins.isEmpty()) {
                throw new InvalidSettingException(ORIGINS.name() + " must not be set without " + RP_ID.name()
                        + " or auth.public.url with a domain");
            }
            return new WebauthnSettings(Optional.empty(), name, Set.of());
        }
        String domain = used.get();
        if (pages.isEmpty() && !(local && domain.equals(LOCALHOST))) {
            if (id.isPresent()) {
                throw new InvalidSettingException(RP_ID.name() + " must not be set without " + ORIGINS.name()
                        + " or an auth.public.url with https");
            }
            return new WebauthnSettings(Optional.empty(), name, Set.of()); // plain http: no browser has passkeys there
        }
        pages.stream().filter(page -> !isWithin(host(page), domain)).findFirst().ifPresent(foreign -> {
            throw new InvalidSettingException(RP_ID.name() + " must be the host of each of " + ORIGINS.name()
                    + " or a domain above it, was '" + domain + "' with " + foreign);
        });
        return new WebauthnSettings(used, name, pages);
    }

    /**
     * For whom a request's passkeys are.
     *
     * @param requested the origin of the address that the request came to
     * @return empty if passkeys are not available there
     */
    public Optional<RelyingParty> relyingParty(Optional<String> requested) {
        if (id.isEmpty()) {
            return Optional.empty();
        }
        Set<String> pages = origins.isEmpty()
                ? requested.filter(origin -> isLocal(origin)).map(Set::of).orElse(Set.of())
                : origins;
        return pages.isEmpty() ? Optional.empty() : Optional.of(new RelyingParty(id.get(), name, pages));
    }

    /** A host name whose last label is no number: IP addresses have no passkeys (section 5.1.3). */
    private static Optional<String> domain(String text) {
        List<String> labels = List.of(text.split("\\.", -1));
        boolean plain = labels.stream()
                .allMatch(label -> LABEL.matcher(label).matches() && !label.startsWith("-") && !label.endsWith("-"));
        boolean named = !NUMBER.matcher(labels.get(labels.size() - 1)).matches();
        return plain && named && text.length() <= MAX_DOMAIN_LENGTH ? Optional.of(text) : Optional.empty();
    }

    private static boolean isLocal(String origin) {
        return origin.equals(LOCAL) || origin.startsWith(LOCAL + ":");
    }

    /** Browsers have passkeys on secure pages alone (section 13.4.2), of which {@code http://localhost} is one. */
    private static Optional<String> origin(String text) {
        return Origin.canonical(text).filter(origin -> origin.startsWith("https://") || isLocal(origin));
    }

    private static String host(String origin) {
        String rest = origin.substring(origin.indexOf("://") + 3);
        return rest.startsWith("[") ? rest : rest.replaceFirst(":[0-9]+$", "");
    }

    /** A name without a dot is a top-level domain to browsers, and fits the host of that name alone. */
    private static boolean isWithin(String host, String domain) {
        return host.equals(domain) || (domain.contains(".") && host.endsWith("." + domain));
    }

    private static Optional<String> shownName(String value) {
        String name = Normalizer.normalize(value, Normalizer.Form.NFC);
        return Optional.of(name)
                .filter(text -> text.codePointCount(0, text.length()) <= MAX_NAME_LENGTH
                        && text.codePoints().noneMatch(Character::isISOControl));
    }
}
