export const CHAT_PAGE = '<!DOCTYPE html><title>Chat</title>';
