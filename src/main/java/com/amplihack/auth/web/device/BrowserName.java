package com.amplihack.auth.web.device;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;
import java.util.Set;
import ua_parser.OS;
import ua_parser.Parser;
import ua_parser.UserAgent;

/**
 * The name of a browser and its system, such as "Firefox on Android", from its user agent. Anybody can send any user agent: it
 * is a help to recognize one's own devices, and proves nothing.
 */
public final class BrowserName {
    /** As much as is looked at: no browser's is longer, and the time that it takes grows with it. */
    static final int LONGEST = 512;

    private static final int REMEMBERED = 1_000;
    private static final String UNKNOWN = "Other";
    private static final Set<String> GENERIC = Set.of("Mobile", "WebKit", "Mobile Safari UI/WKWebView");

    private static final Cache<String, Optional<String>> NAMES = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run) // maintenance on the calling thread
            .build();

    private BrowserName() {}

    /** Loads the patterns when the first browser is named: that takes a third of a second, which no start should. */
    private static final class Patterns {
        static final Parser PARSER = new Parser();
    }

    /** The name; empty unless both browser and system are known, as with programs. */
    public static Optional<String> of(String userAgent) {
        if (!userAgent.startsWith("Mozilla/") && !userAgent.startsWith("Opera/")) {
            return Optional.empty();
        }
        return NAMES.get(userAgent.substring(0, Math.min(LONGEST, userAgent.length())), BrowserName::parse);
    }

    private static Optional<String> parse(String userAgent) {
        UserAgent browser = Patterns.PARSER.parseUserAgent(userAgent);
        OS system = Patterns.PARSER.parseOS(userAgent);
        boolean known = !browser.family.equals(UNKNOWN) && !GENERIC.contains(browser.family);
        return known && !system.family.equals(UNKNOWN)
                ? Optional.of(usual(browser.family) + " on " + system.family.replace("Mac OS X", "macOS"))
                : Optional.empty();
    }

    /** "Chrome Mobile on Android" says nothing twice. */
    private static String usual(String family) {
        return family.replaceFirst("^Mobile ", "")
                .replace(" Mobile WebView", "")
                .replace(" Mobile iOS", "")
                .replace(" Mobile", "")
                .replace(" iOS", "");
    }
}
