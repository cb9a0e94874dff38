package com.amplihack.auth.config.mail;

/** Whether mails go to the mail server over TLS only ({@code auth.mail.tls}). */
public enum MailTls {
    /** Nothing is sent without TLS. */
    REQUIRED,
    /** TLS if the server offers it, which somebody on the way can prevent. */
    OFFERED,
    /** Plain text. */
    OFF
}
