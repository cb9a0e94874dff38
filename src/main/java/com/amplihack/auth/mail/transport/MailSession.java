package com.amplihack.auth.mail.transport;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;

/** How to reach the mail server. */
interface MailSession {
    /**
     * A session for one mail.
     *
     * @param sockets makes its connections
     * @param international whether the recipient's address is not ASCII
     * @throws DeliveryException if there is none
     */
    Session open(DeadlineSockets sockets, boolean international) throws DeliveryException;

    void connect(Transport transport) throws MessagingException;
}
