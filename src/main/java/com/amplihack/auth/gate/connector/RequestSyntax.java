package com.amplihack.auth.gate.connector;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Validates HTTP/1.1 request heads strictly (RFC 9112), to prevent request smuggling through a proxy in front. */
final class RequestSyntax {
    private static final Pattern TRAILING_DOT_SEGMENT = Pattern.compile("(?:/|%2[fF])(?:\\.|%2[eE]){1,2}$");

    /** The last characters of a dot, spelled or encoded. */
    private static final String DOT_ENDS = ".eE";

    /** RFC 9110 section 4.2.1: Payara's web container fails on it. */
    private static final Pattern NO_HOST = Pattern.compile("[^ ]+ +[^ :]+://[/?# ]");

    private RequestSyntax() {}

    /**
     * Whether Payara's web container can decode and normalize the path: percent escapes are well-formed (RFC 3986
     * section 2.1), and no trailing dot segment makes it write out of bounds.
     */
    static boolean isReadablePath(String path) {
        for (int at = path.indexOf('%'); at >= 0; at = path.indexOf('%', at + 1)) {
            if (at + 2 >= path.length() || !isHex(path.charAt(at + 1)) || !isHex(path.charAt(at + 2))) {
                return false;
            }
        }
        return path.isEmpty()
                || DOT_ENDS.indexOf(path.charAt(path.length() - 1)) < 0
                || !TRAILING_DOT_SEGMENT.matcher(path).find();
    }

    /**
     * Why the head is refused, for the log; the empty string when it is valid. Bytes above 0x7F, which browsers send,
     * are allowed except where Grizzly fails on them.
     *
     * @param head from the request line to the empty line, one character per byte
     */
    static String fault(String head) {
        if (!hasCleanLines(head)) {
            return "a control character or a folded line in the head";
        }
        int scheme = head.indexOf("://");
        if (scheme >= 0
                && scheme < head.indexOf("\r\n")
                && NO_HOST.matcher(head).lookingAt()) {
            return "an absolute request target without a host";
        }
        List<String> encodings = new ArrayList<>(1);
        List<String> lengths = new ArrayList<>(1);
        List<String> codings = new ArrayList<>(1);
        List<String> hosts = new ArrayList<>(1);
        for (int line = nextLine(head, 0); line < head.length(); line = nextLine(head, line)) {
            switch (head.charAt(line)) {
                case 't', 'T' -> addValue(encodings, head, line, "Transfer-Encoding:");
                case 'c', 'C' -> {
                    addValue(lengths, head, line, "Content-Length:");
                    addValue(codings, head, line, "Content-Encoding:");
                }
                case 'h', 'H' -> addValue(hosts, head, line, "Host:");
                default -> {}
            }
        }
        if (!encodings.isEmpty() && !(lengths.isEmpty() && isChunked(encodings) && isHttp11(head))) {
            return "Transfer-Encoding other than chunked, or with Content-Length";
        }
        if (lengths.stream().distinct().count() > 1 || !lengths.stream().allMatch(RequestSyntax::isNumber)) {
            return "Content-Length is no number, or two";
        }
        if (!codings.stream().allMatch(RequestSyntax::isAscii)) {
            return "a Content-Encoding that is no list of tokens";
        }
        return hosts.size() > 1 ? "more than one Host" : "";
    }

    /** No bare CR or LF, no control character but the tab, no folded line (RFC 9112 sections 2.2 and 5.2). */
    private static boolean hasCleanLines(String head) {
        for (int i = 0; i < head.length(); i++) {
            char c = head.charAt(i);
            if (c == '\r') {
                i++;
                if (i == head.length() || head.charAt(i) != '\n') {
                    return false;
                }
                if (i + 1 < head.length() && (head.charAt(i + 1) == ' ' || head.charAt(i + 1) == '\t')) {
                    return false;
                }
            } else if ((c < ' ' && c != '\t') || c == 0x7F) {
                return false;
            }
        }
        return true;
    }

    /** Where the next line begins; the head's length behind the last one. */
    private static int nextLine(String head, int from) {
        int end = head.indexOf("\r\n", from);
        return end < 0 ? head.length() : end + 2;
    }

    private static void addValue(List<String> values, String head, int line, String nameAndColon) {
        if (head.regionMatches(true, line, nameAndColon, 0, nameAndColon.length())) {
            values.add(head.substring(line + nameAndColon.length(), head.indexOf("\r\n", line))
                    .strip());
        }
    }

    /** RFC 9112 section 6.1: the only supported transfer coding. */
    private static boolean isChunked(List<String> encodings) {
        return encodings.size() == 1 && encodings.get(0).equalsIgnoreCase("chunked");
    }

    private static boolean isHttp11(String head) {
        return head.startsWith(" HTTP/1.1\r\n", head.indexOf("\r\n") - " HTTP/1.1".length());
    }

    private static boolean isNumber(String value) {
        return !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** RFC 9110 section 8.4.1; Grizzly treats other bytes as spaces, and strips them beyond the value's end. */
    private static boolean isAscii(String value) {
        return value.chars().allMatch(c -> c < 0x80);
    }

    static boolean isHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}
